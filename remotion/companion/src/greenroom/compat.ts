// Functions that are newer than ES2015, and the parts of a browser that these files use. A project's tsconfig may have
// `lib: ["es2015"]` without "dom", as create-video's templates do: these files must compile there.

/** Object.hasOwn (ES2022). */
export const hasOwn = (object: object, key: string): boolean => Object.prototype.hasOwnProperty.call(object, key);

/** Array.prototype.at(-1) (ES2022). */
export const lastOf = <T>(list: readonly T[]): T | undefined => list[list.length - 1];

/** Array.prototype.flatMap (ES2019). */
export const flatMap = <T, R>(list: readonly T[], each: (item: T) => readonly R[]): R[] =>
  list.reduce<R[]>((all, item) => all.concat(each(item)), []);

/** Two digits at least. */
export const twoDigits = (n: number): string => (n < 10 ? `0${n}` : String(n));

type Answer = {ok: boolean; status: number; statusText: string; json: () => Promise<unknown>};
type Face = {load: () => Promise<unknown>};
type Frame = {close: () => void};
type Context = {
  drawImage: (frame: Frame, x: number, y: number) => void;
  getImageData: (x: number, y: number, width: number, height: number) => {data: ArrayLike<number>};
};
type FileList = {detail: {files: {name: string; lastModified: number; sizeInBytes: number}[]}};

type Browser = {
  fetch: (url: string, options?: {cache?: 'no-store'; signal?: unknown}) => Promise<Answer>;
  document: {fonts: {add: (face: Face) => void}};
  FontFace: new (family: string, source: string, descriptors: {weight: string; style: string}) => Face;
  VideoFrame: new (data: Uint8Array, init: object) => Frame;
  OffscreenCanvas: new (width: number, height: number) => {getContext: (kind: '2d') => Context | null};
  /** Only in a browser: a server that renders a page has none. */
  window?: {addEventListener: (type: string, listener: (event: FileList) => void) => void};
  /** True once greenroom follows the published files in this window. */
  greenroomFollows?: boolean;
};

/** The browser's globals, as far as these files use them. */
export const browser = globalThis as unknown as Browser;
