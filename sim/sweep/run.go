package sweep

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"xbar/configs"
	"xbar/sim/system"
)

// Garbage is how far, in percent, a process that runs a study may let its heap grow between
// collections: points leave much behind and keep little, so that with Go's 100 a collection
// comes every few of them and takes a fifth to two fifths of the time.
const Garbage = 400

// Options are where and how to run a study.
type Options struct {
	Dir      string // of the journals and the results
	Workers  int    // points at once; 0 or less: one
	Shard    int64  // from 1 on
	Shards   int64  // 0: one
	Version  string
	Progress func(done, total int64) // called one at a time
}

// Study is a study whose base has been read.
type Study struct {
	Header  Header
	Plan    *Plan
	base    *configs.Base
	own     *configs.Config // the base itself
	sets    []string
	memo    *system.Memo // where points may differ in prices alone; else nil
	tariffs *tariffs     // where that is so of many points; else nil
	search  *search      // nil: points are known beforehand
}

// Open reads a study's base, to which --set arguments are applied, and lays out its
// points. It errs on an axis none of whose values makes a config.
func Open(s *configs.Sweep, sets []string, version string) (*Study, error) {
	base, err := configs.LoadBase(s.Base)
	if err != nil {
		return nil, err
	}
	plan, err := NewPlan(s)
	if err != nil {
		return nil, err
	}
	config, err := base.With(sets)
	if err != nil {
		return nil, err
	}
	study := &Study{Plan: plan, base: base, own: config, sets: sets}
	study.Header = Header{
		Schema: Schema, Title: s.Title, Base: filepath.Base(s.Base), Study: hashOf(base.Hash(), sets, s.Sampling, s.Points, s.Seed, s.Axes), Version: version,
		Points: plan.Len(), Axes: plan.Names(),
	}
	for i := range config.Machines {
		study.Header.Machines = append(study.Header.Machines, config.Machines[i].Name)
	}
	if s.Sampling == "search" {
		if err := study.newSearch(s); err != nil {
			return nil, err
		}
		study.Header.Study = hashOf(study.Header.Study, study.Header.Search)
	}
	last := make([]bool, len(s.Axes))
	for i := range s.Axes {
		if err := study.checkAxis(&s.Axes[i]); err != nil {
			return nil, err
		}
		last[i] = study.isPrice(&s.Axes[i])
	}
	if s.Sampling == "grid" && slices.Contains(last, true) {
		study.memo = &system.Memo{}
		plan.computeLast(last)
		study.tariffs = newTariffs(plan, last)
	}
	return study, nil
}

// isPrice reports whether the ends of an axis differ in nothing that happens.
func (s *Study) isPrice(a *configs.Axis) bool {
	var before string
	for i, share := range []float64{0, 1} {
		config, err := s.base.With(append(slices.Clone(s.sets), configs.Setting(a.Key, a.Between(share))))
		if err != nil {
			return false
		}
		now := ""
		for m := range config.Machines {
			now += config.Unpriced(m)
		}
		if i > 0 && now != before {
			return false
		}
		before = now
	}
	return true
}

// mostTried bounds the values of an axis that are tried before a study begins.
const mostTried = 16

// checkAxis errs with what is wrong with the first value of an axis, if others are no
// better: then it is the key.
func (s *Study) checkAxis(a *configs.Axis) error {
	var first error
	for i := range mostTried {
		value := a.Between(float64(i) / (mostTried - 1))
		_, err := s.base.With(append(slices.Clone(s.sets), configs.Setting(a.Key, value)))
		if err == nil {
			return nil
		}
		if first == nil {
			first = err
		}
	}
	return fmt.Errorf("axis %s: none of its values makes a config of the base, the first because of\n%w", a.Key, first)
}

// hashOf is the start of a SHA-256, long enough to tell studies and points apart.
func hashOf(parts ...any) string {
	h := sha256.New()
	e := json.NewEncoder(h)
	for _, p := range parts {
		if err := e.Encode(p); err != nil {
			panic("sweep: " + err.Error())
		}
	}
	return hex.EncodeToString(h.Sum(nil)[:12])
}

// Summary is what a run has done.
type Summary struct {
	Points int64 // of the shard
	Before int64 // that were there
	Done   int64 // now
	Failed int64 // of those
	Shared int64 // simulations that were those of other points, at other prices
}

// Run computes the points of a shard that are not in a journal yet. What ends before ctx
// does is kept.
func (s *Study) Run(ctx context.Context, opt Options) (Summary, error) {
	opt.Shards = max(1, opt.Shards)
	opt.Shard = max(1, opt.Shard)
	header := s.Header
	header.Shard = fmt.Sprintf("%d/%d", opt.Shard, opt.Shards)
	if err := os.MkdirAll(opt.Dir, 0o777); err != nil {
		return Summary{}, err
	}
	there, err := s.tally(opt.Dir, opt.Shards)
	if err != nil {
		return Summary{}, err
	}
	visit, compute := there.add, s.compute
	if s.search != nil {
		s.search.before = map[int64]*Point{}
		visit, compute = func(p *Point) { there.add(p); s.search.before[p.Point] = p }, s.look
	}
	j, err := openJournal(journalPath(opt.Dir, opt.Shard, opt.Shards), header, visit)
	if err != nil {
		return Summary{}, err
	}
	sum := Summary{Points: (s.Plan.Len() - opt.Shard + opt.Shards) / opt.Shards}
	sum.Before = sum.Points - there.Left(opt.Shard, opt.Shards)
	err = compute(ctx, opt, there, func(p *Point) error {
		if err := j.add(p); err != nil {
			return err
		}
		sum.Done++
		if p.Error != "" {
			sum.Failed++
		}
		if opt.Progress != nil {
			opt.Progress(sum.Before+sum.Done, sum.Points)
		}
		return nil
	})
	if s.memo != nil {
		sum.Shared = int64(s.memo.Found())
	}
	if s.tariffs != nil {
		sum.Shared += s.tariffs.mixed
	}
	return sum, errors.Join(err, j.close())
}

// compute computes the points of a shard that are not there.
func (s *Study) compute(ctx context.Context, opt Options, there *Tally, keep func(*Point) error) error {
	missing := func(yield func(int64) bool) {
		for k := range s.Plan.Len() {
			if i := s.Plan.computed(k); i%opt.Shards == opt.Shard-1 && !there.has(i) && !yield(i) {
				return
			}
		}
	}
	return batch(ctx, opt.Workers, missing, s.Point, func(_ int64, p *Point) error { return keep(p) })
}

// Point computes one point, and records what fails.
func (s *Study) Point(ctx context.Context, i int64) *Point {
	values := s.Plan.Values(i)
	if machines := s.mixed(ctx, i); machines != nil {
		return &Point{Point: i, Values: values, Config: s.configOf(values), Machines: machines}
	}
	return s.at(ctx, i, values)
}

// at simulates a point where the axes have some values; nil leaves the base's own.
func (s *Study) at(ctx context.Context, i int64, values []any) *Point {
	p := &Point{Point: i, Values: values, Config: s.configOf(values)}
	config, err := s.config(values)
	if err != nil {
		p.Error = briefly(err)
		return p
	}
	result, err := system.Run(ctx, config, s.options(s.memo))
	if err != nil {
		p.Error = briefly(err)
	}
	if result == nil {
		return p
	}
	for m := range result.Machines {
		p.Machines = append(p.Machines, MachineOutput{result.Machines[m].Name, outputsOf(&result.Machines[m])})
	}
	return p
}

// config is that of some values.
func (s *Study) config(values []any) (*configs.Config, error) { return s.base.With(s.settings(values)) }

func (s *Study) options(memo *system.Memo) system.Options {
	return system.Options{Workers: 1, Version: s.Header.Version, Memo: memo, Totals: true}
}

func (s *Study) settings(values []any) []string {
	return append(slices.Clone(s.sets), s.Plan.Settings(values)...)
}

// configOf is the hash of a point's config.
func (s *Study) configOf(values []any) string { return hashOf(s.base.Hash(), s.settings(values)) }

// briefly is an error on one line: of those of a config, the first and how many more.
func briefly(err error) string {
	var wrong configs.Errors
	if !errors.As(err, &wrong) || len(wrong) == 0 {
		return strings.ReplaceAll(err.Error(), "\n", "; ")
	}
	text := wrong[0].Message
	if wrong[0].Allowed != "" {
		text += " (allowed: " + wrong[0].Allowed + ")"
	}
	if len(wrong) > 1 {
		text += fmt.Sprintf("; and %d more", len(wrong)-1)
	}
	return text
}
