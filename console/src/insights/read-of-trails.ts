import { Refusal } from "../api/call";
import type { EventItem } from "../api/history";
import type { Trail } from "../api/trails";

/** Insights events, and whether there are more than were asked for. */
export interface List {
  events: EventItem[];
  isCut: boolean;
}

/** A trail of which something could not be read, and why. */
export interface RefusedTrail {
  trail: Trail;
  error: Refusal;
}

/** The trails, or why they are not told: insights of management events are found without them. */
export async function readTrails(
  ask: () => Promise<{ trailList: Trail[] }>,
): Promise<{ trails?: Trail[]; error?: Refusal }> {
  try {
    return { trails: (await ask()).trailList };
  } catch (error) {
    if (!isRefusal(error)) throw error;
    return { error };
  }
}

/**
 * Reads the insights of trails' data events, one trail after the other. A trail that is refused takes nothing from
 * the others; it is told, but where it looks at no data events anyhow, and where it is an organization's, whose
 * members are told nothing of them.
 */
export async function readOfTrails(
  trails: Trail[],
  ask: (trail: Trail) => Promise<List>,
  looksAtData: (trail: Trail) => Promise<boolean>,
): Promise<{ lists: List[]; refused: RefusedTrail[] }> {
  const lists: List[] = [];
  const refused: RefusedTrail[] = [];
  for (const trail of trails) {
    try {
      lists.push(await ask(trail));
    } catch (error) {
      if (!isRefusal(error)) throw error;
      if (!trail.IsOrganizationTrail && (await unlessRefused(looksAtData(trail))) !== false)
        refused.push({ trail, error });
    }
  }
  return { lists, refused };
}

async function unlessRefused<Answer>(answer: Promise<Answer>): Promise<Answer | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (!isRefusal(error)) throw error;
    return undefined;
  }
}

/** A session that has ended is no matter of one trail. */
const isRefusal = (error: unknown): error is Refusal =>
  error instanceof Refusal &&
  error.status >= 400 &&
  error.status < 500 &&
  !/^(SignedOut|NotSignedIn)$/.test(error.code);
