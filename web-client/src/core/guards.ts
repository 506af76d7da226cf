/** Small checks of values that came over the network: each returns the value in its type, or throws an Error that names the field. */
export type Guard<T> = (value: unknown, path: string) => T;

function fail(path: string, wanted: string): never {
  throw new Error(`${path || "message"}: ${wanted} expected`);
}

export const string: Guard<string> = (value, path) => (typeof value === "string" ? value : fail(path, "text"));
export const boolean: Guard<boolean> = (value, path) => (typeof value === "boolean" ? value : fail(path, "true or false"));
export const number: Guard<number> = (value, path) => (typeof value === "number" && Number.isFinite(value) ? value : fail(path, "a number"));

export function literal<const T extends string>(wanted: T): Guard<T> {
  return (value, path) => (value === wanted ? wanted : fail(path, `"${wanted}"`));
}

export function oneOf<const T extends string | number>(...choices: T[]): Guard<T> {
  return (value, path) => (choices.includes(value as T) ? (value as T) : fail(path, `one of ${choices.join(", ")}`));
}

export function nullable<T>(guard: Guard<T>): Guard<T | null> {
  return (value, path) => (value === null ? null : guard(value, path));
}

/** Marks a field that may be absent; object() leaves it out then. */
export function optional<T>(guard: Guard<T>): Guard<T | undefined> {
  return (value, path) => (value === undefined ? undefined : guard(value, path));
}

export function array<T>(guard: Guard<T>): Guard<T[]> {
  return (value, path) => (Array.isArray(value) ? value.map((item, i) => guard(item, `${path}[${i}]`)) : fail(path, "a list"));
}

export function record<T>(guard: Guard<T>): Guard<Record<string, T>> {
  return (value, path) => {
    if (typeof value !== "object" || value === null || Array.isArray(value)) return fail(path, "an object");
    // fromEntries defines own fields, so that a key like __proto__ stays a key.
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, guard(item, `${path}.${key}`)]));
  };
}

type Fields = Record<string, Guard<unknown>>;
type OptionalKeys<F extends Fields> = { [K in keyof F]: undefined extends ReturnType<F[K]> ? K : never }[keyof F];
type Simplify<T> = { [K in keyof T]: T[K] };
type Checked<F extends Fields> = Simplify<
  { [K in Exclude<keyof F, OptionalKeys<F>>]: ReturnType<F[K]> } & { [K in OptionalKeys<F>]?: Exclude<ReturnType<F[K]>, undefined> }
>;

/** Only the fields named here are taken over: what else the object carries is ignored. */
export function object<F extends Fields>(fields: F): Guard<Checked<F>>;
export function object<F extends Fields, T>(fields: F, finish: (value: Checked<F>) => T): Guard<T>;
export function object<F extends Fields>(fields: F, finish?: (value: Checked<F>) => unknown): Guard<unknown> {
  return (value, path) => {
    if (typeof value !== "object" || value === null || Array.isArray(value)) return fail(path, "an object");
    const out: Record<string, unknown> = {};
    for (const [key, guard] of Object.entries(fields)) {
      const checked = guard((value as Record<string, unknown>)[key], path ? `${path}.${key}` : key);
      if (checked !== undefined) out[key] = checked;
    }
    return finish ? finish(out as Checked<F>) : out;
  };
}
