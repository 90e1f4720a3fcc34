package sweep

import (
	"bufio"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
)

// Incomplete is the error of a study whose points are not all there.
type Incomplete struct {
	Missing int64
	First   []int64 // some of them
}

func (e *Incomplete) Error() string {
	return fmt.Sprintf("%d points are missing, the first of them %v: run the study, or its missing shards, again", e.Missing, e.First)
}

// place is where a point's line is; of none, its length is zero.
type place struct {
	file       int
	at, length int64
}

// Journals are the points of a study that are in a folder.
type Journals struct {
	header Header
	files  []*os.File
	places []place
}

// OpenJournals finds the points of a study that are in a folder. It errs if some are of
// another study.
func (s *Study) OpenJournals(dir string) (*Journals, error) {
	paths, err := journalsIn(dir)
	if err != nil {
		return nil, err
	}
	return openJournals(paths, s.Header)
}

// OpenFolder finds the points that are in a folder, of the study that the first of its
// journals is of; where there is none, those of its results.
func OpenFolder(dir string) (*Journals, error) {
	paths, err := journalsIn(dir)
	if results := filepath.Join(dir, "results.jsonl"); err != nil {
		if _, none := os.Stat(results); none != nil {
			return nil, err
		}
		paths = []string{results}
	}
	header, err := headerOf(paths[0])
	if err != nil {
		return nil, fmt.Errorf("%s: %w", paths[0], err)
	}
	return openJournals(paths, header)
}

func journalsIn(dir string) ([]string, error) {
	paths, err := journalPaths(dir)
	if err != nil {
		return nil, err
	}
	if len(paths) == 0 {
		return nil, fmt.Errorf("%s: no points of a study", dir)
	}
	slices.Sort(paths)
	return paths, nil
}

// headerOf is a journal's, of no shard.
func headerOf(path string) (h Header, err error) {
	file, err := os.Open(path)
	if err != nil {
		return h, err
	}
	defer file.Close()
	line, err := bufio.NewReader(file).ReadBytes('\n')
	if err != nil || json.Unmarshal(line, &h) != nil || h.Schema == "" {
		return h, errors.New("not a journal of a study")
	}
	if h.Schema != Schema || h.Points < 0 || h.Points > mostPoints {
		return h, fmt.Errorf("schema %q of %d points, not %q", h.Schema, h.Points, Schema)
	}
	h.Shard = ""
	return h, nil
}

// mostPoints is as many as a study may have.
const mostPoints = 10_000_000

func openJournals(paths []string, header Header) (*Journals, error) {
	all := &Journals{header: header, places: make([]place, header.Points)}
	for i, path := range paths {
		if err := all.open(i, path); err != nil {
			all.Close()
			return nil, fmt.Errorf("%s: %w", path, err)
		}
	}
	return all, nil
}

func (j *Journals) open(i int, path string) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	j.files = append(j.files, file)
	_, err = readJournal(file, j.header.same, func(p *Point, at, length int64) error {
		if p.Point < 0 || p.Point >= int64(len(j.places)) {
			return fmt.Errorf("point %d of %d", p.Point, len(j.places))
		}
		if len(p.Values) != len(j.header.Axes) || slices.ContainsFunc(p.Values, isNoScalar) {
			return fmt.Errorf("point %d has no value for each of %d axes", p.Point, len(j.header.Axes))
		}
		j.places[p.Point] = place{i, at, length}
		return nil
	})
	return err
}

// isNoScalar reports what no axis has for a value.
func isNoScalar(v any) bool {
	switch v.(type) {
	case string, float64, bool:
		return false
	}
	return true
}

// Header is that of the study, without a shard.
func (j *Journals) Header() Header { return j.header }

// Close closes the files.
func (j *Journals) Close() error {
	var all error
	for _, f := range j.files {
		all = errors.Join(all, f.Close())
	}
	return all
}

// Complete errs with an [*Incomplete] where points are missing.
func (j *Journals) Complete() error {
	e := &Incomplete{}
	for i, p := range j.places {
		if p.length > 0 {
			continue
		}
		if e.Missing++; len(e.First) < 5 {
			e.First = append(e.First, int64(i))
		}
	}
	if e.Missing > 0 {
		return e
	}
	return nil
}

// Each visits the lines of the points that are there, in the order of the points.
func (j *Journals) Each(visit func(line []byte) error) error {
	var line []byte
	for _, p := range j.places {
		if p.length == 0 {
			continue
		}
		line = slices.Grow(line[:0], int(p.length))[:p.length]
		if _, err := j.files[p.file].ReadAt(line, p.at); err != nil {
			return err
		}
		if err := visit(line); err != nil {
			return err
		}
	}
	return nil
}

// Points visits the points that are there, in their order.
func (j *Journals) Points(visit func(*Point) error) error {
	return j.Each(func(line []byte) error {
		var p Point
		if err := json.Unmarshal(line, &p); err != nil {
			return err
		}
		return visit(&p)
	})
}

// WriteJSONL writes the header and all points in their order.
func (j *Journals) WriteJSONL(w io.Writer) error {
	b := bufio.NewWriter(w)
	b.Write(lineOf(j.header))
	if err := j.Each(func(line []byte) error { _, err := b.Write(line); return err }); err != nil {
		return err
	}
	return b.Flush()
}

// WriteCSV writes a row a point: its number, the value of each axis, each machine's
// outputs as machine.output, and what failed. SI units; what is not known is empty.
func (j *Journals) WriteCSV(w io.Writer) error {
	out := csv.NewWriter(w)
	row := append([]string{"point"}, j.header.Axes...)
	for _, m := range j.header.Machines {
		for i := range Outputs {
			row = append(row, m+"."+Outputs[i].Name)
		}
	}
	out.Write(append(row, "config", "error"))
	err := j.Points(func(p *Point) error {
		row = append(row[:0], strconv.FormatInt(p.Point, 10))
		for _, v := range p.Values {
			row = append(row, fmt.Sprint(v))
		}
		for _, m := range j.header.Machines {
			for i := range Outputs {
				field := ""
				if x := p.Output(m, Outputs[i].Name); x != nil {
					field = strconv.FormatFloat(*x, 'g', -1, 64)
				}
				row = append(row, field)
			}
		}
		return out.Write(append(row, p.Config, p.Error))
	})
	out.Flush()
	return errors.Join(err, out.Error())
}
