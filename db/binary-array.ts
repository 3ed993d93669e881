/**
 * PostgreSQL's binary array format (array_send in the server's arrayfuncs.c). The driver writes arrays as text, which doubles every byte of
 * a `bytea[]` and costs more than all the rest of a shared statement; a Buffer parameter goes to the server as it is.
 */
const HEADER_BYTES = 20;
const OID = { bytea: 17, int4: 23, text: 25, uuid: 2950 } as const;

/** `bytea[]` of byte strings; null stays null. */
export function byteaArray(values: readonly (Uint8Array | null)[]): Buffer {
  let size = HEADER_BYTES;
  for (const value of values) size += 4 + (value?.length ?? 0);
  const array = header(size, OID.bytea, values.length);
  let offset = HEADER_BYTES;
  for (const value of values) {
    offset = array.writeInt32BE(value === null ? -1 : value.length, offset);
    if (value === null) continue;
    array.set(value, offset);
    offset += value.length;
  }
  return array;
}

/** `bytea[]` of byte strings given in hexadecimal, all of one length; null stays null. */
export function hexArray(values: readonly (string | null)[]): Buffer {
  let size = HEADER_BYTES;
  for (const value of values) size += 4 + (value === null ? 0 : value.length / 2);
  const array = header(size, OID.bytea, values.length);
  let offset = HEADER_BYTES;
  for (const value of values) {
    offset = array.writeInt32BE(value === null ? -1 : value.length / 2, offset);
    if (value !== null) offset += array.write(value, offset, "hex");
  }
  return array;
}

/** `uuid[]` of UUIDs in their usual text form; null stays null. */
export function uuidArray(values: readonly (string | null)[]): Buffer {
  let size = HEADER_BYTES;
  for (const value of values) size += 4 + (value === null ? 0 : 16);
  const array = header(size, OID.uuid, values.length);
  let offset = HEADER_BYTES;
  for (const value of values) {
    offset = array.writeInt32BE(value === null ? -1 : 16, offset);
    if (value !== null) offset += array.write(value.replaceAll("-", ""), offset, "hex");
  }
  return array;
}

/** `text[]`; null stays null. Postgres' text holds no NUL: the caller has refused control characters before. */
export function textArray(values: readonly (string | null)[]): Buffer {
  return utf8Array(OID.text, values);
}

/** `bytea[]` of texts in UTF-8; null stays null. */
export function textBytesArray(values: readonly (string | null)[]): Buffer {
  return utf8Array(OID.bytea, values);
}

function utf8Array(elementType: number, values: readonly (string | null)[]): Buffer {
  let size = HEADER_BYTES;
  for (const value of values) size += 4 + (value === null ? 0 : Buffer.byteLength(value));
  const array = header(size, elementType, values.length);
  let offset = HEADER_BYTES;
  for (const value of values) {
    const written = value === null ? 0 : array.write(value, offset + 4);
    array.writeInt32BE(value === null ? -1 : written, offset);
    offset += 4 + written;
  }
  return array;
}

/** `int4[]`; null stays null. */
export function int4Array(values: readonly (number | null)[]): Buffer {
  let size = HEADER_BYTES;
  for (const value of values) size += value === null ? 4 : 8;
  const array = header(size, OID.int4, values.length);
  let offset = HEADER_BYTES;
  for (const value of values) {
    offset = array.writeInt32BE(value === null ? -1 : 4, offset);
    if (value !== null) offset = array.writeInt32BE(value, offset);
  }
  return array;
}

/** One dimension, lower bound 1, "may hold nulls". An empty array has no dimension at all. */
function header(size: number, elementType: number, length: number): Buffer {
  const array = Buffer.allocUnsafe(length === 0 ? 12 : size);
  array.writeInt32BE(length === 0 ? 0 : 1, 0);
  array.writeInt32BE(1, 4);
  array.writeInt32BE(elementType, 8);
  if (length > 0) {
    array.writeInt32BE(length, 12);
    array.writeInt32BE(1, 16);
  }
  return array;
}
