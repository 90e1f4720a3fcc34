package scalesim

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"

	"xbar/sim/workload"
)

// Error is one thing wrong with a file and where.
type Error struct {
	Start, End int // bytes of the file
	Message    string
	Allowed    string // what may stand there instead; may be empty
}

// largest is a size that no layer exceeds. Products of three such numbers leave
// an int64; whoever counts checks those.
const largest = 1_000_000_000

// Read reads a topology. It returns either layers or errors, all of them.
func Read(file string) ([]workload.Layer, []Error) {
	r := reader{}
	start := len(file) - len(strings.TrimPrefix(file, "\ufeff"))
	heading := true
	for start < len(file) {
		end := len(file)
		if i := strings.IndexByte(file[start:], '\n'); i >= 0 {
			end = start + i
		}
		if !heading {
			r.row(cells(file, start, end))
		}
		heading = false
		start = end + 1
	}
	switch {
	case len(r.errors) > 0:
		return nil, r.errors
	case len(r.layers) == 0:
		return nil, []Error{{Message: "no layers; the first line is a heading, and each line after it a layer", Allowed: conv + "; or " + gemm}}
	}
	return r.layers, nil
}

const (
	conv = "name, input height, input width, filter height, filter width, channels, filters, stride"
	gemm = "name, M, N, K"
)

var (
	convColumns = strings.Split(conv, ", ")
	gemmColumns = strings.Split(gemm, ", ")
)

// cell is the text between two commas, without the spaces around it.
type cell struct {
	text       string
	start, end int
}

func cells(file string, start, end int) (row []cell) {
	for {
		stop := end
		if i := strings.IndexByte(file[start:end], ','); i >= 0 {
			stop = start + i
		}
		text := strings.TrimSpace(file[start:stop])
		at := start + len(file[start:stop]) - len(strings.TrimLeft(file[start:stop], " \t\r\v\f"))
		row = append(row, cell{text, min(at, stop), min(at, stop) + len(text)})
		if stop == end {
			return row
		}
		start = stop + 1
	}
}

type reader struct {
	layers []workload.Layer
	errors []Error
}

func (r *reader) fail(at cell, allowed, format string, args ...any) {
	const most = 100 // the wrong file has one in every cell
	if len(r.errors) < most {
		r.errors = append(r.errors, Error{at.start, at.end, fmt.Sprintf(format, args...), allowed})
	}
}

// row reads a layer, unless nothing is written.
func (r *reader) row(row []cell) {
	for len(row) > 0 && row[len(row)-1].text == "" {
		row = row[:len(row)-1]
	}
	if len(row) == 0 {
		return
	}
	if !utf8.ValidString(row[0].text) {
		r.fail(row[0], "", "a name that is not UTF-8")
		return
	}
	before := len(r.errors)
	l := workload.Layer{Name: row[0].text, Groups: 1, Start: row[0].start, End: row[len(row)-1].end}
	if l.Name == "" {
		l.Name = fmt.Sprintf("layer %d", len(r.layers)+1)
	}
	var rest []cell
	if isGEMM(row) {
		rest = r.gemm(&l, row)
	} else {
		rest = r.conv(&l, row)
	}
	r.extras(&l, rest)
	if len(r.errors) == before {
		r.layers = append(r.layers, l)
	}
}

// isGEMM tells the two kinds of row apart by how many cells are written.
func isGEMM(row []cell) bool {
	return len(row) == len(gemmColumns) ||
		len(row) > len(gemmColumns) && (row[len(gemmColumns)].text == "" || strings.Contains(row[len(gemmColumns)].text, ":"))
}

// gemm reads the sizes of a matrix product and returns what stands behind them.
func (r *reader) gemm(l *workload.Layer, row []cell) []cell {
	sizes, ok := r.sizes(row, gemmColumns)
	if ok {
		l.L, l.M, l.N = sizes[0], sizes[1], sizes[2]
	}
	return row[len(gemmColumns):]
}

// conv reads the sizes of a convolution and returns what stands behind them.
func (r *reader) conv(l *workload.Layer, row []cell) []cell {
	sizes, ok := r.sizes(row, convColumns)
	if !ok {
		return nil
	}
	rest := row[len(convColumns):]
	stride := sizes[6]
	if len(rest) > 0 && rest[0].text != "" && !strings.Contains(rest[0].text, ":") {
		if stride, ok = r.size(rest[0], "stride along the width"); !ok {
			return nil
		}
		rest = rest[1:]
	}
	high := r.windows(row, 1, 3, sizes, sizes[6])
	wide := r.windows(row, 2, 4, sizes, stride)
	if high == 0 || wide == 0 {
		return nil
	}
	fh, fw, channels := sizes[2], sizes[3], sizes[4]
	l.Window = workload.NewWindow([]workload.Side{
		{Size: sizes[0], Windows: high, Reach: fh, Stride: sizes[6]},
		{Size: sizes[1], Windows: wide, Reach: fw, Stride: stride},
	}, nil, channels)
	if strings.Contains(l.Name, "DP") {
		l.Groups, channels = channels, 1
		l.Remark = fmt.Sprintf("depthwise, by its name: %d groups", l.Groups)
	}
	l.L, l.N, l.M = r.product(row[1], high, wide), r.product(row[3], fh, fw, channels), sizes[5]
	if l.M == 1 && channels > 1 && fh*fw > 1 {
		l.Remark = "one filter over all channels, as some files write a depthwise layer; taken as written"
	}
	return rest
}

// windows is how many places a filter has along one side of the input, the last
// of which may hang over the edge.
func (r *reader) windows(row []cell, input, filter int, sizes []int64, stride int64) int64 {
	room := sizes[input-1] - sizes[filter-1]
	if room < 0 {
		r.fail(row[filter], "", "%s %d is more than the %s of %d, which is that of the padded input",
			convColumns[filter], sizes[filter-1], convColumns[input], sizes[input-1])
		return 0
	}
	return (room+stride-1)/stride + 1
}

func (r *reader) product(at cell, factors ...int64) int64 {
	result, exact := int64(1), 1.0
	for _, f := range factors {
		result, exact = result*f, exact*float64(f)
	}
	if exact > largest {
		r.fail(at, "", "a product of %.3g; at most %d is simulated", exact, int64(largest))
	}
	return result
}

// sizes reads the columns behind the name.
func (r *reader) sizes(row []cell, columns []string) (sizes []int64, ok bool) {
	if len(row) < len(columns) {
		r.fail(row[len(row)-1], conv+"; or "+gemm, "a layer has %d columns or %d, and this is the last of %d", len(convColumns), len(gemmColumns), len(row))
		return nil, false
	}
	ok = true
	for i, name := range columns[1:] {
		n, good := r.size(row[i+1], name)
		sizes, ok = append(sizes, n), ok && good
	}
	return sizes, ok
}

func (r *reader) size(at cell, name string) (int64, bool) {
	n, err := strconv.ParseInt(at.text, 10, 64)
	if err == nil && n >= 1 && n <= largest {
		return n, true
	}
	what := fmt.Sprintf("%s = %s", name, strconv.QuoteToGraphic(at.text))
	if at.text == "" {
		what = "no " + name
	}
	r.fail(at, fmt.Sprintf("a whole number from 1 to %d", int64(largest)), "%s", what)
	return 0, false
}

// extras reads a sparsity, and lets what stands behind an empty cell be.
func (r *reader) extras(l *workload.Layer, rest []cell) {
	if len(rest) > 0 && rest[0].text != "" {
		if r.sparsity(l, rest[0]); len(rest) > 1 && rest[1].text != "" {
			r.fail(rest[1], "", "a column more than SCALE-Sim knows: %s", strconv.QuoteToGraphic(rest[1].text))
		}
	}
}

func (r *reader) sparsity(l *workload.Layer, at cell) {
	kept, of, _ := strings.Cut(at.text, ":")
	n, errN := strconv.ParseInt(strings.TrimSpace(kept), 10, 64)
	m, errM := strconv.ParseInt(strings.TrimSpace(of), 10, 64)
	if errN != nil || errM != nil || n < 1 || n > m || m > math.MaxInt32 {
		r.fail(at, "n:m, from 1:1 for dense weights; 2:4 keeps two of four", "sparsity %s", strconv.QuoteToGraphic(at.text))
		return
	}
	if n < m {
		l.Remark = fmt.Sprintf("%d of %d weights are not zero; taken as dense, for an array has cells for the zeros too", n, m)
	}
}
