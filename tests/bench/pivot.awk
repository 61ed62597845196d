# SPDX-License-Identifier: GPL-2.0-only
# Rows of bench.csv as a table that gnuplot reads, tab-separated: its first line names
# the columns; "?" where nothing was measured.
#
# question, what	which rows: a word, and a regular expression for the whole word
# size, guests		if given, only these
# row, column		fields that a row and a column are named after; several with
#			blanks between
# cell			the field that is shown: value or ratio
# scale			what it is multiplied with; 1
BEGIN {
	FS = ","
	scale = scale ? scale : 1
}

FNR == 1 {
	for (i = 1; i <= NF; i++)
		field[$i] = i
	next
}

function named(names,    parts, count, i, text) {
	count = split(names, parts, " ")
	for (i = 1; i <= count; i++)
		text = text (i > 1 ? " " : "") $field[parts[i]]
	return text
}

$field["question"] == question && $field["what"] ~ "^(" what ")$" &&
(!size || $field["size"] == size) && (guests == "" || $field["guests"] == guests) &&
$field[cell] != "" {
	r = named(row)
	c = named(column)
	if (!(r in seen_row)) {
		seen_row[r] = 1
		rows[++num_rows] = r
	}
	if (!(c in seen_column)) {
		seen_column[c] = 1
		columns[++num_columns] = c
	}
	cells[r, c] = $field[cell] * scale
}

END {
	printf "\"\""
	for (j = 1; j <= num_columns; j++)
		printf "\t\"%s\"", columns[j]
	printf "\n"
	for (i = 1; i <= num_rows; i++) {
		printf "\"%s\"", rows[i]
		for (j = 1; j <= num_columns; j++)
			printf "\t%s", (rows[i], columns[j]) in cells ? \
				cells[rows[i], columns[j]] : "?"
		printf "\n"
	}
}
