import { useSearchParams } from 'wouter';

/** Filters kept in the URL; changing one returns to the first page. */
export function useUrlFilters() {
  const [search, setSearch] = useSearchParams();
  const get = (name: string) => search.get(name) ?? '';
  const set = (changes: Readonly<Record<string, string>>) =>
    setSearch(
      (before) => {
        const next = new URLSearchParams(before);
        if (!('page' in changes)) next.delete('page');
        for (const [name, value] of Object.entries(changes)) {
          if (value === '') next.delete(name);
          else next.set(name, value);
        }
        return next;
      },
      { replace: true },
    );
  return { get, set, clear: () => setSearch({}, { replace: true }), isEmpty: search.size === 0 };
}

/** The value if it is allowed, otherwise undefined. */
export function oneOf<Value extends string>(value: string, allowed: readonly Value[]): Value | undefined {
  return allowed.find((candidate) => candidate === value);
}
