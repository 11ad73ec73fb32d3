package agent

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/modelcontextprotocol/go-sdk/mcp"
)

// addPages serves documents as resources.
func (s *Server) addPages() {
	for _, name := range slices.Sorted(maps.Keys(s.p.Pages)) {
		body, kind := s.p.Pages[name], "text/markdown"
		if strings.HasSuffix(name, ".json") {
			kind = "application/json"
		}
		uri := "greenroom://docs/" + name
		s.mcp.AddResource(&mcp.Resource{URI: uri, Name: name, Title: title(body), MIMEType: kind},
			func(context.Context, *mcp.ReadResourceRequest) (*mcp.ReadResourceResult, error) {
				page := &mcp.ResourceContents{URI: uri, MIMEType: kind, Text: body}
				return &mcp.ReadResourceResult{Contents: []*mcp.ResourceContents{page}}, nil
			})
	}
}

// title is the first heading of a page.
func title(page string) string {
	for line := range strings.Lines(page) {
		if head, ok := strings.CutPrefix(line, "# "); ok {
			return strings.TrimSpace(head)
		}
	}
	return ""
}
