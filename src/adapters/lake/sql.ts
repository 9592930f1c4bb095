// Texts and file names inside SQL statements.

export const sqlText = (text: string): string => `'${text.replaceAll("'", "''")}'`

/** A manifest's file below the lake's root. DuckDB takes forward slashes everywhere. */
export const filePath = (root: string, file: string): string => `${root.replaceAll('\\', '/')}/${file}`
