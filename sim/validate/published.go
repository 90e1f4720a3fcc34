package validate

import (
	"embed"
	"encoding/csv"
	"fmt"
	"strconv"
	"strings"
)

//go:embed testdata/*.toml testdata/*.csv DEVIATIONS.md
var data embed.FS

// row is one published number with its conditions, by column.
type row map[string]string

// read reads a table of published numbers; lines that start with # say where they
// come from.
func read(name string) ([]row, error) {
	text, err := data.ReadFile("testdata/" + name + ".csv")
	if err != nil {
		return nil, err
	}
	return parse(name, string(text), "value")
}

// parse reads a table in which one column must be a number.
func parse(name, text, value string) ([]row, error) {
	r := csv.NewReader(strings.NewReader(text))
	r.Comment = '#'
	lines, err := r.ReadAll()
	if err != nil {
		return nil, fmt.Errorf("%s.csv: %w", name, err)
	}
	rows := make([]row, len(lines)-1)
	for i, line := range lines[1:] {
		rows[i] = row{}
		for j, head := range lines[0] {
			rows[i][head] = line[j]
		}
		if _, err := strconv.ParseFloat(rows[i][value], 64); err != nil {
			return nil, fmt.Errorf("%s.csv: %w", name, err)
		}
	}
	return rows, nil
}

// number is a column's number, 0 where it is empty.
func (r row) number(column string) float64 {
	x, err := strconv.ParseFloat(r[column], 64)
	if err != nil {
		return 0
	}
	return x
}

// where is the rows whose column has the value.
func where(rows []row, column, value string) (some []row) {
	for _, r := range rows {
		if r[column] == value {
			some = append(some, r)
		}
	}
	return some
}
