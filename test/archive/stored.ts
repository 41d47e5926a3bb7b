import { crc32 } from './crc32.js';

/** xz, zstd and zip have blocks of bytes as they are: their containers are made here, as no library that packs is at hand. */

const VARINT_MORE = 0x80;
function varint(n: number): number[] {
  const bytes: number[] = [];
  for (; n >= VARINT_MORE; n = Math.floor(n / 128)) bytes.push((n % 128) + VARINT_MORE);
  return [...bytes, n];
}

function le32(n: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(n >>> 0);
  return bytes;
}

const le16 = (n: number): Buffer => Buffer.from([n & 255, n >>> 8]);
const padded = (bytes: Buffer): Buffer => Buffer.concat([bytes, Buffer.alloc((4 - (bytes.length % 4)) % 4)]);
const withCrc = (bytes: Buffer): Buffer => Buffer.concat([bytes, le32(crc32(bytes))]);

/** One block of LZMA2's uncompressed chunks, with CRC32 as check. */
export function xzOf(data: Buffer): Buffer {
  const flags = Buffer.from([0, 1]);
  const header = withCrc(Buffer.from([2, 0, 0x21, 1, 0x16, 0, 0, 0]));
  const chunks: Buffer[] = [];
  for (let from = 0; from < data.length; from += 65_536) {
    const piece = data.subarray(from, from + 65_536);
    chunks.push(Buffer.from([from === 0 ? 1 : 2, (piece.length - 1) >>> 8, (piece.length - 1) & 255]), piece);
  }
  const body = Buffer.concat([...chunks, Buffer.from([0])]);
  const block = Buffer.concat([padded(Buffer.concat([header, body])), le32(crc32(data))]);
  const unpadded = header.length + body.length + 4;
  const index = withCrc(padded(Buffer.from([0, 1, ...varint(unpadded), ...varint(data.length)])));
  const footer = Buffer.concat([le32(index.length / 4 - 1), flags]);
  return Buffer.concat([
    Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0]),
    ...[withCrc(flags), block, index, le32(crc32(footer)), footer, Buffer.from('YZ')],
  ]);
}

/** Raw blocks in one frame. */
export function zstdOf(data: Buffer): Buffer {
  const blocks: Buffer[] = [];
  const size = 100_000;
  for (let from = 0; from < data.length; from += size) {
    const piece = data.subarray(from, from + size);
    const isLast = from + size >= data.length;
    blocks.push(le32(piece.length * 8 + (isLast ? 1 : 0)).subarray(0, 3), piece);
  }
  // A window of 1 MiB, and no size of the content.
  return Buffer.concat([Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x50]), ...blocks]);
}

/** Files without compression; a text that begins with `-> ` is a link, as `zip -y` stores it. */
export function storedZip(files: Readonly<Record<string, string>>): Buffer {
  const locals: Buffer[] = [];
  const central: Buffer[] = [];
  let offset = 0;
  for (const [name, text] of Object.entries(files)) {
    const isLink = text.startsWith('-> ');
    const data = Buffer.from(isLink ? text.slice(3) : text);
    const bytes = Buffer.from(name);
    const common = Buffer.concat([
      ...[le16(10), le16(0), le16(0), le16(0), le16(0x5d75)],
      ...[le32(crc32(data)), le32(data.length), le32(data.length), le16(bytes.length), le16(0)],
    ]);
    const local = Buffer.concat([Buffer.from('PK\x03\x04', 'latin1'), common, bytes, data]);
    const attributes = (isLink ? 0o120777 : 0o100644) * 65_536;
    central.push(
      Buffer.concat([
        ...[Buffer.from('PK\x01\x02', 'latin1'), le16(0x031e), common, le16(0), le16(0), le16(0)],
        ...[le32(attributes), le32(offset), bytes],
      ]),
    );
    locals.push(local);
    offset += local.length;
  }
  const directory = Buffer.concat(central);
  const end = Buffer.concat([
    ...[Buffer.from('PK\x05\x06', 'latin1'), le16(0), le16(0), le16(central.length), le16(central.length)],
    ...[le32(directory.length), le32(offset), le16(0)],
  ]);
  return Buffer.concat([...locals, directory, end]);
}
