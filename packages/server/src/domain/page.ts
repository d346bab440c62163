/** A part of a list: `size` items; the first page is number 1. */
export interface Page {
  readonly size: number;
  readonly number: number;
}
