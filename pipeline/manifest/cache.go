package manifest

import (
	"time"

	"github.com/goccy/go-yaml/ast"

	"greenroom/assets"
)

// cache reads the shared cache: an address, or an address with how it is used.
func (d *doc) cache(n ast.Node, c *Cache) {
	switch d.plain(n).(type) {
	case *ast.MappingNode, *ast.MappingValueNode:
	default:
		d.location(n, "cache", c)
		return
	}
	seen := false
	d.object(n, "cache", setters{
		"url":       func(n ast.Node) { seen = true; d.location(n, "cache.url", c) },
		"read-only": d.boolean("cache.read-only", &c.ReadOnly),
		"timeout": func(n ast.Node) {
			var s string
			d.text("cache.timeout", &s)(n)
			v, ok := parseTime(s)
			if !ok || v < 100*time.Millisecond || v > time.Hour {
				d.fault(n, "write it like 20s", "cache.timeout must be between 100ms and 1h")
				return
			}
			c.Timeout = v
		},
	})
	if !seen {
		d.fault(n, "add url: s3://BUCKET/PREFIX", "cache has no url")
	}
}

func (d *doc) location(n ast.Node, path string, c *Cache) {
	var s string
	before := len(d.faults)
	d.text(path, &s)(n)
	if len(d.faults) > before {
		return
	}
	at, err := assets.ParseLocation(s, d.dir)
	if err != nil {
		d.fault(n, "write it like s3://BUCKET/PREFIX, gs://BUCKET or file:///FOLDER; credentials come from the environment", "%s %v", path, err)
		d.faults[len(d.faults)-1].Place.Text = "" // the line may hold a password
		return
	}
	c.At = &at
}
