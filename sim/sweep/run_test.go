package sweep

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"xbar/configs"
)

const base = `
inferences = 1000
[[workload.kernel]]
name = "k"
L = 2
N = 40
M = 20
[[machine]]
name = "reram"
preset = "reram-small"
[[machine]]
name = "core"
preset = "scalar-45nm"
`

// Of these 40 points 10 fail: no converter has 0 bits.
const study = `
base = "base.toml"
[[axis]]
key = "machine.reram.adc.resolution"
values = [0, 4, 6, 8]
[[axis]]
name = "L"
key = "workload.kernel[0].L"
from = 1
to = 10
steps = 10
`

// writeStudy writes a study and its base into a folder, and reads it.
func writeStudy(t interface{ Fatal(...any) }, dir, base, study string) *configs.Sweep {
	for name, content := range map[string]string{"base.toml": base, "study.toml": study} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	file, err := configs.LoadSweep(filepath.Join(dir, "study.toml"))
	if err != nil {
		t.Fatal(err)
	}
	return file
}

// openStudy writes a study into a folder of its own and opens it.
func openStudy(t testing.TB, dir, text string) *Study {
	s, err := Open(writeStudy(t, dir, base, text), nil, "test")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// merged is the results of all journals in a folder.
func merged(t testing.TB, s *Study, dir string) string {
	points, err := s.OpenJournals(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer points.Close()
	if err := points.Complete(); err != nil {
		t.Fatal(err)
	}
	var jsonl, table bytes.Buffer
	if err := errors.Join(points.WriteJSONL(&jsonl), points.WriteCSV(&table)); err != nil {
		t.Fatal(err)
	}
	return jsonl.String() + table.String()
}

// lines are those of a journal, but for its header.
func lines(t testing.TB, path string) []string {
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return strings.Split(strings.TrimSuffix(string(content), "\n"), "\n")[1:]
}

// However many workers and shards a study has, and wherever it is stopped, torn and
// started again, its results are the same bytes, and no point is in them twice.
func TestSameBytesAnyWay(t *testing.T) {
	s := openStudy(t, t.TempDir(), study)
	once := t.TempDir()
	sum, err := s.Run(context.Background(), Options{Dir: once, Workers: 1})
	if err != nil || sum != (Summary{Points: 40, Done: 40, Failed: 10}) {
		t.Fatalf("%+v, %v", sum, err)
	}
	want := merged(t, s, once)
	if n := strings.Count(want, `"energy_j"`); n != 60 { // of two machines at 30 points
		t.Fatalf("%d outputs", n)
	}
	rapid.Check(t, func(t *rapid.T) {
		dir, err := os.MkdirTemp("", "sweep")
		if err != nil {
			t.Fatal(err)
		}
		defer os.RemoveAll(dir)
		shards := rapid.Int64Range(1, 3).Draw(t, "shards")
		for shard := int64(1); shard <= shards; shard++ {
			opt := Options{Dir: dir, Workers: rapid.IntRange(1, 4).Draw(t, "workers"), Shard: shard, Shards: shards}
			for range rapid.IntRange(0, 1).Draw(t, "stops") {
				stopAfter(t, s, opt, rapid.Int64Range(1, 20).Draw(t, "points"))
				tear(t, filepath.Join(dir, fmt.Sprintf("points-%d-of-%d.jsonl", shard, shards)), rapid.IntRange(0, 600).Draw(t, "torn"))
			}
			if _, err := s.Run(context.Background(), opt); err != nil {
				t.Fatal(err)
			}
		}
		points, err := s.OpenJournals(dir)
		if err != nil {
			t.Fatal(err)
		}
		defer points.Close()
		if err := points.Complete(); err != nil {
			t.Fatal(err)
		}
		var jsonl, table bytes.Buffer
		if err := errors.Join(points.WriteJSONL(&jsonl), points.WriteCSV(&table)); err != nil {
			t.Fatal(err)
		}
		if got := jsonl.String() + table.String(); got != want {
			t.Fatalf("results differ: %d bytes, %d", len(got), len(want))
		}
		n := 0
		for shard := int64(1); shard <= shards; shard++ {
			content, err := os.ReadFile(filepath.Join(dir, fmt.Sprintf("points-%d-of-%d.jsonl", shard, shards)))
			if err != nil {
				t.Fatal(err)
			}
			n += bytes.Count(content, []byte("\n")) - 1
		}
		if n != 40 {
			t.Fatalf("%d lines of 40 points", n)
		}
	})
}

// stopAfter stops a run when so many points are there.
func stopAfter(t *rapid.T, s *Study, opt Options, points int64) {
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	opt.Progress = func(done, _ int64) {
		if done >= points {
			stop()
		}
	}
	if _, err := s.Run(ctx, opt); err != nil && !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
}

// tear cuts bytes off the last line, or leaves some that are none of a line.
func tear(t *rapid.T, path string, bytes int) {
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	last := strings.LastIndexByte(strings.TrimSuffix(string(content), "\n"), '\n') + 1
	cut := content[:max(last, len(content)-bytes)]
	if bytes%3 == 0 {
		cut = append(slices.Clone(content), "\x00\x00{\"point\":7,\n"...)
	}
	if err := os.WriteFile(path, cut, 0o666); err != nil {
		t.Fatal(err)
	}
}

// TestMain runs a study in a process of its own, where the environment asks for it.
func TestMain(m *testing.M) {
	dir := os.Getenv("XBAR_SWEEP_IN")
	if dir == "" {
		os.Exit(m.Run())
	}
	file, err := configs.LoadSweep(filepath.Join(dir, "study.toml"))
	if err != nil {
		panic(err)
	}
	s, err := Open(file, nil, "test")
	if err != nil {
		panic(err)
	}
	if _, err := s.Run(context.Background(), Options{Dir: filepath.Join(dir, "results"), Workers: 2}); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}

// waitForMore returns when a journal has more than so many whole lines, or in a minute.
func waitForMore(journal string, lines int) {
	for range 6000 {
		if len(wholeLines(journal)) > lines {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
}

// wholeLines are those of a file that end; of one that is not there, none.
func wholeLines(path string) []string {
	content, err := os.ReadFile(path)
	if err != nil {
		return nil
	}
	all := strings.Split(string(content), "\n")
	return all[:len(all)-1]
}

// A study whose process is killed, time and again, loses no point that was there and
// ends as one does that is left alone.
func TestKilled(t *testing.T) {
	dir := t.TempDir()
	s := openStudy(t, dir, strings.Replace(study, "to = 10\nsteps = 10", "to = 300\nsteps = 300", 1))
	alone := t.TempDir()
	if _, err := s.Run(context.Background(), Options{Dir: alone, Workers: 2}); err != nil {
		t.Fatal(err)
	}
	journal := filepath.Join(dir, "results", "points-1-of-1.jsonl")
	const kills = 8
	var before []string
	for kill := 0; ; kill++ {
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), "XBAR_SWEEP_IN="+dir)
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		if kill < kills {
			waitForMore(journal, len(before))
			time.Sleep(time.Duration(rand.IntN(20)) * time.Millisecond)
			cmd.Process.Kill()
		}
		err := cmd.Wait()
		if kill == kills && err != nil {
			t.Fatal(err)
		}
		whole := wholeLines(journal)
		for _, line := range before {
			if !slices.Contains(whole, line) {
				t.Fatalf("lost: %s", line)
			}
		}
		if before = whole; kill == kills {
			break
		}
	}
	if got := len(lines(t, journal)); got != 1200 {
		t.Errorf("%d lines of 1200 points", got)
	}
	if merged(t, s, filepath.Join(dir, "results")) != merged(t, s, alone) {
		t.Error("results differ from those of a run that was left alone")
	}
}

func TestJournalsOfOthers(t *testing.T) {
	dir := t.TempDir()
	s := openStudy(t, dir, study)
	opt := Options{Dir: filepath.Join(dir, "r"), Workers: 2}
	if _, err := s.Run(context.Background(), opt); err != nil {
		t.Fatal(err)
	}
	expect := func(what, want string, err error) {
		t.Helper()
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", what, err, want)
		}
	}
	changed := openStudy(t, dir, strings.Replace(study, "8]", "7]", 1))
	_, err := changed.Run(context.Background(), opt)
	expect("a study that was changed", "of another study, or of this one before it was changed", err)
	_, err = changed.OpenJournals(opt.Dir)
	expect("its results", "of another study", err)
	newer := *s
	newer.Header.Version = "newer"
	_, err = newer.Run(context.Background(), opt)
	expect("another version", "begun by xbar test, and this is newer", err)

	path := filepath.Join(opt.Dir, "points-1-of-1.jsonl")
	held, err := openJournal(path, Header{Schema: Schema, Study: s.Header.Study, Version: "test", Points: 40, Shard: "1/1"}, func(*Point) {})
	if err != nil {
		t.Fatal(err)
	}
	_, err = s.Run(context.Background(), opt)
	expect("a journal that is written to", "another xbar is at work on it", err)
	held.close()

	content, _ := os.ReadFile(path)
	os.WriteFile(path, bytes.Replace(content, []byte("{\"point\":"), []byte("{\"point:"), 1), 0o666)
	_, err = s.Run(context.Background(), opt)
	expect("a line that is none", "line 2 is no point, and others follow it", err)
	os.WriteFile(path, []byte("hello\n"), 0o666)
	_, err = s.Run(context.Background(), opt)
	expect("another file", "not a journal of a study", err)

	short := t.TempDir()
	if _, err := s.Run(context.Background(), Options{Dir: short, Shard: 2, Shards: 3}); err != nil {
		t.Fatal(err)
	}
	points, err := s.OpenJournals(short)
	if err != nil {
		t.Fatal(err)
	}
	defer points.Close()
	expect("two shards missing", "27 points are missing, the first of them [0 2 3 5 6]", points.Complete())
}

// An axis whose key no config has is an error before a point is run.
func TestWrongKeys(t *testing.T) {
	dir := t.TempDir()
	openStudy(t, dir, study)
	os.WriteFile(filepath.Join(dir, "study.toml"), []byte(strings.Replace(study, "resolution", "resolutoin", 1)), 0o666)
	file, err := configs.LoadSweep(filepath.Join(dir, "study.toml"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Open(file, nil, "test"); err == nil || !strings.Contains(err.Error(), `did you mean "resolution"?`) {
		t.Error(err)
	}
}

// A folder is known without its study: by its journals, or else by its results alone.
func TestOpenFolder(t *testing.T) {
	dir := t.TempDir()
	s := openStudy(t, dir, study)
	for shard := int64(1); shard <= 3; shard++ {
		points, err := OpenFolder(dir)
		if shard == 1 {
			if err == nil || !strings.HasSuffix(err.Error(), "no points of a study") {
				t.Fatalf("an empty folder: %v", err)
			}
		} else if missing := (*Incomplete)(nil); err != nil || !errors.As(points.Complete(), &missing) {
			t.Fatalf("%v; %d of 3 shards are complete", err, shard-1)
		}
		if _, err := s.Run(context.Background(), Options{Dir: dir, Shard: shard, Shards: 3, Version: "test"}); err != nil {
			t.Fatal(err)
		}
	}
	want := resultsOf(t, dir)
	results := filepath.Join(t.TempDir(), "results.jsonl")
	if err := os.WriteFile(results, want, 0o666); err != nil {
		t.Fatal(err)
	}
	for _, folder := range []string{dir, filepath.Dir(results)} {
		points, err := OpenFolder(folder)
		if err != nil {
			t.Fatal(err)
		}
		defer points.Close()
		if h := points.Header(); h.Shard != "" || h.Study != s.Header.Study || h.Points != 40 {
			t.Errorf("header %+v", h)
		}
		var b bytes.Buffer
		if err := errors.Join(points.Complete(), points.WriteJSONL(&b)); err != nil || !bytes.Equal(b.Bytes(), want) {
			t.Errorf("%s: %v; %d bytes, not %d", folder, err, b.Len(), len(want))
		}
	}
	header := fmt.Sprintf(`{"schema":%q,"points":1,"axes":["a"],"shard":"1/1"}`+"\n", Schema)
	for text, want := range map[string]string{
		"{\n":                              "not a journal of a study",
		"":                                 "not a journal of a study",
		`{"schema":"xbar.sweep/0"}` + "\n": `schema "xbar.sweep/0"`,
		`{"schema":"xbar.sweep/1","points":-1}` + "\n":          "of -1 points",
		`{"schema":"xbar.sweep/1","points":99999999999}` + "\n": "of 99999999999 points",
		header + `{"point":0,"values":[]}` + "\n":               "point 0 has no value for each of 1 axes",
		header + `{"point":0,"values":[{}]}` + "\n":             "point 0 has no value for each of 1 axes",
		header + `{"point":1,"values":[1]}` + "\n":              "point 1 of 1",
	} {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, "points-1-of-1.jsonl"), []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
		if _, err := OpenFolder(dir); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", text, err)
		}
	}
}

// resultsOf are those of a folder that is complete.
func resultsOf(t *testing.T, dir string) []byte {
	points, err := OpenFolder(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer points.Close()
	var b bytes.Buffer
	if err := errors.Join(points.Complete(), points.WriteJSONL(&b)); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}
