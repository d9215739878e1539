// What was found in a kernel, and how sure that is.

/**
 * `certain`: shape, use and name agree, or nothing else can look like that. `likely`: two readings were possible and
 * one fits better. `guess`: by a name or a shape alone, which other things have as well.
 */
export type Sureness = 'certain' | 'likely' | 'guess';

/** A line of `trace inspect`. */
export interface Finding {
  /** What it is for the probes. */
  readonly what: string;
  /** Name and address in the kernel. */
  readonly where: string;
  readonly sureness: Sureness;
  /** What speaks for it. */
  readonly why: string;
}

/** The same without what it is for. */
export type Found = Omit<Finding, 'what'>;
