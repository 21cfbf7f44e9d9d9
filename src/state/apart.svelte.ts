/**
 * Makes an object with `$state` in it while a `$derived` or an effect runs. Svelte does not track, in a reaction, what was made in that
 * same reaction (`untrack` changes nothing about it), so a name that arrives later would never be shown. What is made in a root of its
 * own is tracked. The root stays: what is derived in a root that is gone keeps its first value for ever.
 */
export const apart = <T>(make: () => T): T => {
  let made: T | undefined;
  $effect.root(() => {
    made = make();
  });
  // compiled for a server, effects do not run
  return made ?? make();
};

/** The one of a map; made {@link apart} when it is first asked for. */
export const kept = <K, V>(map: Map<K, V>, key: K, make: () => V): V => {
  const known = map.get(key);
  if (known !== undefined) return known;
  const fresh = apart(make);
  map.set(key, fresh);
  return fresh;
};
