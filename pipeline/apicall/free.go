package apicall

import (
	"net/http"
	"strings"

	"greenroom/heygen/contract"
)

// free are the operations with POST that make no media: HeyGen asks no money for them. What is not here is refused,
// also when HeyGen adds it later.
var free = strings.Fields(`
	/v1/asset/{asset_id}/delete /v1/folders/create /v1/folders/{folder_id} /v1/folders/{folder_id}/restore
	/v1/folders/{folder_id}/trash /v1/streaming.interrupt /v1/streaming.stop /v1/video/share /v1/webhook/endpoint.add
	/v2/photo_avatar/avatar_group/add /v2/photo_avatar/avatar_group/create
	/v3/assets/complete/batches /v3/assets/direct-uploads /v3/assets/direct-uploads/batches /v3/assets/{asset_id}/complete
	/v3/assets/{asset_id}/parts /v3/avatars/{group_id}/consent /v3/brand-glossaries /v3/brand-kits /v3/folders /v3/templates
	/v3/video-agents/{session_id}/stop /v3/webhooks/endpoints /v3/webhooks/endpoints/{endpoint_id}/rotate-secret
`)

// isFree reports an operation that costs nothing: a read, a change of what there is, a deletion, or one of free.
func isFree(op contract.Operation) bool {
	if op.Method != http.MethodPost {
		return true
	}
	for _, path := range free {
		if op.Path == path {
			return true
		}
	}
	return false
}
