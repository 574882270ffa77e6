/** Lower-case hex SHA-256 of the text's UTF-8 bytes. */
export type HexDigest = (text: string) => string
