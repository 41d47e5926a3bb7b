/** The library has no types of its own. */
declare module 'seek-bzip' {
  class Stream {
    readByte(): number;
    writeByte(byte: number): void;
  }
  class Bunzip {
    static readonly Stream: typeof Stream;
    constructor(input: Stream, output: Stream);
    readonly reader: { read(bits: number): number };
    readonly streamCRC: number;
    /** @returns false at the end of a stream */
    _init_block(): boolean;
    _read_bunzip(): void;
    _start_bunzip(input: Stream, output: Stream): void;
  }
  export default Bunzip;
}
