// Texts inside SQL statements.

export const sqlText = (text: string): string => `'${text.replaceAll("'", "''")}'`
