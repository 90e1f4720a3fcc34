package sweep

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"time"
)

// Schema is that of journals and results.
const Schema = "xbar.sweep/1"

// Header is the first line of a journal, and of the merged results without a shard.
type Header struct {
	Schema   string   `json:"schema"`
	Title    string   `json:"title"`
	Base     string   `json:"base"`
	Study    string   `json:"study"` // hash of what decides the points
	Version  string   `json:"version"`
	Points   int64    `json:"points"`
	Search   string   `json:"search,omitempty"` // what the points were found for
	Axes     []string `json:"axes"`
	Machines []string `json:"machines"`
	Shard    string   `json:"shard,omitempty"` // "2/4"
}

// Point is a line: what was asked of a point and what came out.
type Point struct {
	Point    int64           `json:"point"` // from 0 on
	Values   []any           `json:"values"`
	Config   string          `json:"config"` // hash of the base and the values
	Machines []MachineOutput `json:"machines,omitempty"`
	Error    string          `json:"error,omitempty"` // what failed; of several machines, those that did not are there
}

// MachineOutput is the outputs of a machine, by name, as far as they are known.
type MachineOutput struct {
	Name    string             `json:"name"`
	Outputs map[string]float64 `json:"outputs"`
}

// Output is that of the named machine, nil if it is not known.
func (p *Point) Output(machine, name string) *float64 {
	for i := range p.Machines {
		if x, ok := p.Machines[i].Outputs[name]; ok && p.Machines[i].Name == machine {
			return &x
		}
	}
	return nil
}

// journal is a file that lines are appended to, of which none is lost.
type journal struct {
	file   *os.File
	synced time.Time
}

// syncEvery bounds what a power cut can cost.
const syncEvery = time.Second

// openJournal opens the file of a header, and visits the points that are in it. A line
// that was cut off is dropped. It errs if another process has it open, or if it is of
// another study.
func openJournal(path string, h Header, visit func(*Point)) (*journal, error) {
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o666)
	if err != nil {
		return nil, err
	}
	if err := resume(file, h, visit); err != nil {
		file.Close()
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return &journal{file, time.Now()}, nil
}

func resume(file *os.File, h Header, visit func(*Point)) error {
	if err := lock(file); err != nil {
		return err
	}
	end, err := readJournal(file, func(found Header) error { return h.same(found) }, func(p *Point, _, _ int64) error {
		visit(p)
		return nil
	})
	if err != nil {
		return err
	}
	if err := file.Truncate(end); err != nil {
		return err
	}
	if _, err := file.Seek(end, io.SeekStart); err != nil {
		return err
	}
	if end > 0 {
		return nil
	}
	_, err = file.Write(lineOf(h))
	return err
}

// same says why results of two headers do not go together.
func (h *Header) same(found Header) error {
	switch {
	case found.Schema != h.Schema:
		return fmt.Errorf("schema %q, not %q", found.Schema, h.Schema)
	case found.Study != h.Study || found.Points != h.Points:
		return errors.New("results of another study, or of this one before it was changed: remove them, or name another folder with -o")
	case found.Version != h.Version:
		return fmt.Errorf("begun by xbar %s, and this is %s: go on with that one, or name another folder with -o", found.Version, h.Version)
	case h.Shard != "" && found.Shard != h.Shard:
		return fmt.Errorf("shard %s, not %s", found.Shard, h.Shard)
	}
	return nil
}

// readJournal goes through a journal's lines, each with its place and length, and gives
// the end of the last that is whole.
func readJournal(r io.ReadSeeker, header func(Header) error, visit func(p *Point, at, length int64) error) (end int64, err error) {
	if _, err := r.Seek(0, io.SeekStart); err != nil {
		return 0, err
	}
	lines := bufio.NewReaderSize(r, 1<<20)
	for n := 1; ; n++ {
		line, err := lines.ReadBytes('\n')
		if err == io.EOF { // what follows the last newline was cut off
			return end, nil
		}
		if err != nil {
			return end, err
		}
		if n == 1 {
			var h Header
			if json.Unmarshal(line, &h) != nil || h.Schema == "" {
				return 0, errors.New("not a journal of a study")
			}
			err = header(h)
		} else {
			var p Point
			if json.Unmarshal(line, &p) != nil {
				return end, tornLine(lines, n)
			}
			err = visit(&p, end, int64(len(line)))
		}
		if err != nil {
			return end, err
		}
		end += int64(len(line))
	}
}

// tornLine is the error of a line that is no point: none where it is the last, which a
// power cut can leave with any content.
func tornLine(rest *bufio.Reader, n int) error {
	if _, err := rest.Peek(1); err == io.EOF {
		return nil
	}
	return fmt.Errorf("line %d is no point, and others follow it", n)
}

// lineOf is a value as a line of JSON.
func lineOf(value any) []byte {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(value); err != nil {
		panic("sweep: " + err.Error()) // of numbers that are none, which results have not
	}
	return b.Bytes()
}

// add appends a point. It is in the file when add returns, and on the disk a second later.
func (j *journal) add(p *Point) error {
	if _, err := j.file.Write(lineOf(p)); err != nil {
		return err
	}
	if time.Since(j.synced) < syncEvery {
		return nil
	}
	j.synced = time.Now()
	return j.file.Sync()
}

func (j *journal) close() error { return errors.Join(j.file.Sync(), j.file.Close()) }
