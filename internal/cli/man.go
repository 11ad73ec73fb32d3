package cli

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/pflag"

	"greenroom/internal/fault"
)

// writeManual writes greenroom.1 and a page of every command to a folder. The pages hold what --help prints; they have
// no
// date, so that the same program writes the same bytes.
func writeManual(e *env, dir string) error {
	if !filepath.IsAbs(dir) {
		dir = filepath.Join(e.Dir, dir)
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fault.Wrap(fault.Failed, err, "name a folder that you may write to", "create %s", dir)
	}
	pages := map[string]string{"greenroom.1": overviewPage(e.Version)}
	for _, c := range commands() {
		pages["greenroom-"+c.name+".1"] = commandPage(e.Version, c)
	}
	for name, text := range pages {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			return fault.Wrap(fault.Failed, err, "name a folder that you may write to", "write %s", name)
		}
	}
	e.say("%d manual pages in %s", len(pages), dir)
	return nil
}

// manualPage is a manual page in the man macros of roff.
type manualPage struct{ strings.Builder }

// roffText is text that no macro or escape is read from.
func roffText(s string) string {
	s = strings.NewReplacer(`\`, `\e`, "-", `\-`, "'", `\(aq`, "`", `\(ga`, "^", `\(ha`, "~", `\(ti`).Replace(s)
	if strings.HasPrefix(s, ".") {
		s = `\&` + s
	}
	return s
}

func newPage(version, name, summary string) *manualPage {
	p := &manualPage{}
	fmt.Fprintf(p, ".TH %s 1 \"\" \"greenroom %s\" \"greenroom manual\"\n", strings.ToUpper(name), version)
	p.section("name")
	fmt.Fprintf(p, "%s \\- %s\n", roffText(name), roffText(summary))
	return p
}

func (p *manualPage) section(name string) { fmt.Fprintf(p, ".SH %s\n", strings.ToUpper(name)) }

// term is a paragraph with a term in bold and text that is indented below it.
func (p *manualPage) term(term, text string) {
	fmt.Fprintf(p, ".TP\n\\fB%s\\fR\n%s\n", roffText(term), roffText(text))
}

// literal are lines that are not filled.
func (p *manualPage) literal(text string) {
	p.WriteString(".PP\n.nf\n.RS 4\n")
	for _, line := range strings.Split(text, "\n") {
		p.WriteString(roffText(line) + "\n")
	}
	p.WriteString(".RE\n.fi\n")
}

func (p *manualPage) flags(fs *pflag.FlagSet) {
	fs.VisitAll(func(f *pflag.Flag) {
		if f.Hidden {
			return
		}
		kind, about := pflag.UnquoteUsage(f)
		name := "--" + f.Name
		if f.Shorthand != "" {
			name = "-" + f.Shorthand + ", " + name
		}
		if f.NoOptDefVal == "" && kind != "" {
			name += " " + kind
		}
		p.term(name, strings.TrimSpace(about))
	})
}

func overviewPage(version string) string {
	p := newPage(version, "greenroom", "turn scripts into transparent avatar clips for Remotion")
	p.section("synopsis")
	p.WriteString("\\fBgreenroom\\fR [\\fIflags\\fR] \\fIcommand\\fR [\\fIflags\\fR] [\\fIarguments\\fR]\n")
	p.section("commands")
	for _, c := range commands() {
		p.term("greenroom-"+c.name+"(1)", c.summary)
	}
	p.section("flags of every command")
	p.flags((&env{}).globals())
	p.section("environment")
	p.term("HEYGEN_API_KEY", "the key of the HeyGen account")
	p.term("HEYGEN_ACCESS_TOKEN", "an OAuth access token, which is used when there is no key")
	p.term("GREENROOM_FLAG", "the value of a flag that was not given, such as GREENROOM_JUNIT; a flag wins over it, and it wins over the manifest")
	p.term("NO_COLOR", "print no colour")
	p.section("exit status")
	p.term("0", "done, or nothing to do")
	for _, r := range fault.Table {
		p.term(fmt.Sprint(r.Code), r.Meaning)
	}
	p.section("examples")
	p.literal("greenroom init tour && cd tour && greenroom build\ngreenroom render Presenter --install")
	return p.String()
}

func commandPage(version string, c command) string {
	p := newPage(version, "greenroom-"+c.name, c.summary)
	p.section("synopsis")
	fmt.Fprintf(p, "\\fBgreenroom\\fR %s\n", roffText(c.usage))
	fs := pflag.NewFlagSet(c.name, pflag.ContinueOnError)
	fs.SortFlags = false
	c.bind(fs)
	if fs.HasFlags() {
		p.section("flags")
		p.flags(fs)
	}
	p.section("flags of every command")
	p.flags((&env{}).globals())
	p.section("examples")
	p.literal(c.examples)
	p.section("see also")
	p.WriteString("\\fBgreenroom\\fR(1), which lists the exit codes and the environment\n")
	return p.String()
}
