// Numbers for pages of spaces. Programs use pages in runs, so what is looked up is a piece of a space, and mostly it is
// the one that was looked up last.
import { roomFor } from './growing-columns.js';
import { NumberedKeys } from './numbered-keys.js';

/** Pages of a piece, a power of two. */
const piecePages = 64;

/** Numbers pages in order of first sight; a page is a number up to 2^53 in a space with a number. */
export class NumberedPages {
  /** How many pages there are. */
  private size = 0;
  private readonly pieces = new NumberedKeys();
  /** By page of a piece, the pieces one behind the other: its number plus one. */
  private numbers: Int32Array = new Int32Array();
  /** By number: where the page is in `numbers`. */
  private places: Int32Array = new Int32Array();
  /** The piece that was asked about last. */
  private lastStart = -1;
  private lastSpace = -1;
  private lastPiece = -1;

  /** The number of a page, which is a new one for a new page. */
  of(page: number, space: number): number {
    const within = page & (piecePages - 1);
    const start = page - within;
    if (start !== this.lastStart || space !== this.lastSpace) this.goTo(start, space);
    const place = this.lastPiece * piecePages + within;
    const known = this.numbers[place];
    return known === 0 ? this.add(place) : known - 1;
  }

  /** The same of a known page, -1 for another. */
  known(page: number, space: number): number {
    const within = page & (piecePages - 1);
    const piece = this.pieces.known(page - within, space);
    return piece < 0 ? -1 : this.numbers[piece * piecePages + within] - 1;
  }

  /** The page with a number. */
  pageAt(number: number): number {
    const place = this.places[number];
    return this.pieces.keyAt(Math.floor(place / piecePages)) + (place & (piecePages - 1));
  }

  /** The space of the page with a number. */
  spaceAt(number: number): number {
    return this.pieces.partAt(Math.floor(this.places[number] / piecePages));
  }

  private goTo(start: number, space: number): void {
    this.lastStart = start;
    this.lastSpace = space;
    this.lastPiece = this.pieces.of(start, space);
    const end = (this.lastPiece + 1) * piecePages;
    if (end > this.numbers.length) this.numbers = roomFor(this.numbers, end - 1);
  }

  private add(place: number): number {
    const number = this.size++;
    this.numbers[place] = number + 1;
    if (number >= this.places.length) this.places = roomFor(this.places, number);
    this.places[number] = place;
    return number;
  }
}
