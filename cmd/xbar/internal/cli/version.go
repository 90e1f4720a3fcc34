package cli

import (
	"runtime/debug"
	"strings"
)

// version is the module's version, which results carry.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok || info.Main.Version == "" {
		return "(devel)"
	}
	return info.Main.Version
}

func buildDescription() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "xbar " + version()
	}
	return describe(info)
}

// describe says what was built from which revision by which Go.
func describe(info *debug.BuildInfo) string {
	setting := map[string]string{}
	for _, s := range info.Settings {
		setting[s.Key] = s.Value
	}
	words := []string{"xbar", info.Main.Version}
	if info.Main.Version == "" {
		words[1] = "(devel)"
	}
	if revision := setting["vcs.revision"]; revision != "" {
		from := "revision " + revision
		if at := setting["vcs.time"]; at != "" {
			from += " of " + at
		}
		if setting["vcs.modified"] == "true" {
			from += ", modified"
		}
		words = append(words, "("+from+")")
	}
	words = append(words, info.GoVersion)
	if setting["GOOS"] != "" {
		words = append(words, setting["GOOS"]+"/"+setting["GOARCH"])
	}
	return strings.Join(words, " ")
}
