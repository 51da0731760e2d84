import type { EventRecord } from "../record";

/**
 * What a call does, beginning with a verb in the infinitive: templates (see `fillFirst`), or a function where it
 * depends on more than which members are there.
 */
export type Phrase = string | ((record: EventRecord) => string | undefined);

/** By the operation's name, without the date that some services put after it. */
export type Phrases = Readonly<Record<string, Phrase>>;
