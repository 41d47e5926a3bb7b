/** One record for a request. */
export interface Sent {
  readonly line: string | Buffer;
  readonly file?: string;
  readonly service?: string;
}

interface Batch {
  readonly host: string | undefined;
  readonly records: readonly Sent[];
}

const attribute = (key: string, value: string) => ({ key, value: { stringValue: value } });

/** A request as the Collector sends it with `encoding: json`. */
export const asJson = (batches: readonly Batch[]): Buffer =>
  Buffer.from(
    JSON.stringify({
      resourceLogs: batches.map(({ host, records }) => ({
        resource: { attributes: host === undefined ? [] : [attribute('host.name', host)] },
        scopeLogs: [
          {
            scope: {},
            logRecords: records.map(({ line, file, service }) => ({
              observedTimeUnixNano: '1795225831664123456',
              body: Buffer.isBuffer(line) ? { bytesValue: line.toString('base64') } : { stringValue: line },
              attributes: [
                ...(file === undefined ? [] : [attribute(file.includes('/') ? 'log.file.path' : 'log.file.name', file)]),
                ...(service === undefined ? [] : [attribute('service.name', service)]),
              ],
            })),
          },
        ],
      })),
    }),
  );

const varint = (value: number): Buffer => {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 127; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 128);
  return Buffer.from([...bytes, rest]);
};

/** A field of protobuf that has a length. */
export const field = (number: number, ...parts: readonly (Buffer | string)[]): Buffer => {
  const bytes = Buffer.concat(parts.map((part) => Buffer.from(part)));
  return Buffer.concat([varint(number * 8 + 2), varint(bytes.length), bytes]);
};

const keyValue = (number: number, key: string, value: string): Buffer => field(number, field(1, key), field(2, field(1, value)));

/** The same in protobuf, as Fluent Bit and the Collector send it otherwise. */
export const asProtobuf = (batches: readonly Batch[]): Buffer =>
  Buffer.concat(
    batches.map(({ host, records }) =>
      field(
        1,
        field(1, ...(host === undefined ? [] : [keyValue(1, 'host.name', host)])),
        field(
          2,
          field(1, field(1, 'a scope')),
          ...records.map(({ line, file, service }) =>
            field(
              2,
              // time_unix_nano and severity_number, which are not lengths
              Buffer.from([0x09, 1, 2, 3, 4, 5, 6, 7, 8, 0x10, 9]),
              field(5, field(1, line)),
              ...(file === undefined ? [] : [keyValue(6, file.includes('/') ? 'log.file.path' : 'log.file.name', file)]),
              ...(service === undefined ? [] : [keyValue(6, 'service.name', service)]),
            ),
          ),
        ),
      ),
    ),
  );
