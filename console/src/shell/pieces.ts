/** The pieces of a name between which a line may end: words of `CamelCase`, parts of ARNs, hosts and types. */
export const piecesOf = (name: string): string[] =>
  name.split(/(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|(?<=[:/_])(?=[^:/_])|(?=\.amazonaws)|(?=@)/);
