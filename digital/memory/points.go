package memory

import (
	_ "embed"
	"encoding/csv"
	"fmt"
	"math"
	"strconv"
	"strings"

	"xbar/sim/model"
	"xbar/sim/technology"
	"xbar/sim/unit"
)

//go:embed points.csv
var pointsCSV string

// series is what was published about one design at one node and word, as
// functions of the capacity in bits. A curve without points is not known.
type series struct {
	design string
	nm     float64
	word   int

	read, write, access, leakage, area technology.Curve
}

// The depth laws of hwcomponents carry a lone point to other capacities.
const (
	loneEnergy = 0.78
	loneSize   = 1
	loneSource = "capacity^0.78 for energies, ^1 for leakage and area: depth scaling of hwcomponents"
)

var published = mustParse(pointsCSV)

func mustParse(text string) []*series {
	r := csv.NewReader(strings.NewReader(text))
	r.Comment = '#'
	rows, err := r.ReadAll()
	if err != nil {
		panic(err)
	}
	var all []*series
	for _, row := range rows[1:] {
		s := seriesOf(&all, row[0], number(row[1]), int(number(row[2])))
		bits := number(row[3]) * 8192
		for i, column := range []struct {
			curve *technology.Curve
			scale float64
		}{{&s.read, 1e-9}, {&s.write, 1e-9}, {&s.access, 1e-9}, {&s.leakage, 1e-3}, {&s.area, 1e-6}} {
			if text := row[4+i]; text != "" {
				column.curve.X = append(column.curve.X, bits)
				column.curve.Y = append(column.curve.Y, number(text)*column.scale)
			}
		}
	}
	return all
}

func seriesOf(all *[]*series, design string, nm float64, word int) *series {
	for _, s := range *all {
		if s.design == design && s.nm == nm && s.word == word {
			return s
		}
	}
	energy, size := technology.Curve{Lone: loneEnergy}, technology.Curve{Lone: loneSize}
	s := &series{design: design, nm: nm, word: word, read: energy, write: energy, leakage: size, area: size}
	*all = append(*all, s)
	return s
}

func number(text string) float64 {
	x, err := strconv.ParseFloat(text, 64)
	if err != nil {
		panic(err)
	}
	return x
}

// find is the series of a design that is nearest in node, then in word.
func find(design string, node unit.Metre, word int) *series {
	var best *series
	least := [2]float64{math.Inf(1), math.Inf(1)}
	for _, s := range published {
		if s.design != design {
			continue
		}
		far := [2]float64{apart(s.nm, nanometres(node)), apart(float64(s.word), float64(word))}
		if far[0] < least[0] || far[0] == least[0] && far[1] < least[1] {
			best, least = s, far
		}
	}
	return best
}

func apart(a, b float64) float64 { return math.Abs(math.Log(a / max(b, 1e-6))) }

func nanometres(node unit.Metre) float64 { return math.Round(float64(node)*1e12) / 1e3 }

// missing says what there is where the series is not of that node and word; ""
// if it is.
func (s *series) missing(node unit.Metre, word int) string {
	if s.nm == nanometres(node) && s.word == word {
		return ""
	}
	var have []string
	for _, p := range published {
		if p.design == s.design {
			have = append(have, fmt.Sprintf("%g nm with words of %d bits", p.nm, p.word))
		}
	}
	return fmt.Sprintf("there are no points of %s at %g nm with words of %d bits; there are %s", s.design, nanometres(node), word, strings.Join(have, ", "))
}

// source is the publication of the series.
func (s *series) source() string {
	switch s.design {
	case "isaac":
		return "Shafiee et al., ISCA 2016, Table I: 64 KB eDRAM, 20.7 mW at 1 KB per 100 ns, all charged to the accesses; " + loneSource
	case "puma":
		return "PUMA simulator, include/constants.py: eDRAM of 64 KB and 128 KB"
	case "itrs-lop":
		return fmt.Sprintf("CACTI 7 (commit 1ffd8df), ram, 350 K, %s, %g nm, %d b; %s", s.design, s.nm, s.word, loneSource)
	}
	return fmt.Sprintf("CACTI 7 (commit 1ffd8df), ram, 350 K, %s, %g nm, %d b", s.design, s.nm, s.word)
}

// figure is a curve of the series at the buffer's capacity.
func (s *series) figure(b *Buffer, curve technology.Curve, name, symbol, base string) model.Figure {
	n := float64(b.Capacity)
	first, last := unit.Bit(curve.X[0]), unit.Bit(curve.X[len(curve.X)-1])
	f := model.Figure{Name: name, Unit: base, Source: s.source()}
	f.Holds = fmt.Sprintf("capacities from %s to %s", kibibytes(first), kibibytes(last))
	if !curve.Covers(n) {
		f.Outside = fmt.Sprintf("a capacity of %s is not within the published %s to %s", kibibytes(b.Capacity), kibibytes(first), kibibytes(last))
	}
	return curve.At(n).Figure(f, symbol, model.Input{Symbol: "n", Value: n, Unit: "bit", Key: "capacity"})
}

func kibibytes(n unit.Bit) string { return fmt.Sprintf("%.4g KiB", float64(n)/8192) }
