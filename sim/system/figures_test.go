package system

import (
	"context"
	"testing"

	"xbar/configs"
	"xbar/sim/energy"
	"xbar/sim/model"
	"xbar/sim/model/modeltest"
)

// Every number that any preset of the library is charged by says exactly how it
// comes about: equation and value agree, and every input names a key of the
// config that was written with its source, or a publication.
func TestEveryFigureOfTheLibrary(t *testing.T) {
	for _, p := range configs.Presets() {
		if configs.IsPart(p.Kind) {
			continue
		}
		t.Run(p.Name, func(t *testing.T) {
			cfg, err := configs.Parse("study.toml", []byte("inferences = 1\nworkload.kernel = [{ name = \"k\", L = 2, N = 300, M = 20, signed_input = true }]\n[[machine]]\nname = \"m\"\npreset = \""+p.Name+"\"\n"), nil, nil)
			if err != nil {
				t.Fatal(err)
			}
			_, found, err := run(context.Background(), cfg, Options{})
			if err != nil {
				t.Fatal(err)
			}
			figures := 0
			check := func(f model.Figure) {
				figures++
				modeltest.Check(t, f)
				for _, key := range f.Keys() {
					if !vouched(cfg, key) {
						t.Errorf("%s: nothing vouches for %s", f.Name, key)
					}
				}
			}
			for id := range found[0].books.ledger.Accounts() {
				_, each, _ := found[0].derive(energy.AccountID(id), 0)
				check(each)
			}
			for _, a := range found[0].areas {
				if a.known {
					check(a.each)
				}
			}
			for _, s := range found[0].stages {
				check(s.latency)
			}
			timing := found[0].timing()
			for _, m := range timing.media {
				check(m.Bandwidth)
				check(m.Traffic)
			}
			for _, k := range timing.kernels {
				check(*k.time)
				for _, s := range k.parts {
					check(s.latency)
				}
				if l := k.load; l != nil {
					check(l.fetch.latency)
					check(l.carry.latency)
					check(l.write.latency)
					check(l.all.latency)
				}
			}
			for _, l := range cfg.Machines[0].Limits() {
				check(l.Value)
				check(l.Floor)
				if l.Best != nil {
					check(*l.Best)
				}
			}
			if figures < 10 {
				t.Errorf("%d figures", figures)
			}
		})
	}
}

// vouched says whether a key was written with its source, or is a default of the
// schema.
func vouched(cfg *configs.Config, key string) bool {
	x := explainer{machine: &cfg.Machines[0], study: cfg.Provenance}
	in := x.input(model.Input{Key: key})
	return in.Where != "" && in.Source != ""
}
