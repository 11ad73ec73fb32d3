module greenroom

go 1.26

require (
	github.com/aws/aws-sdk-go v1.38.20 // indirect
	github.com/cavaliergopher/grab/v3 v3.0.1 // indirect
	github.com/jmespath/go-jmespath v0.4.0 // indirect
	github.com/spf13/pflag v1.1.0 // indirect
	github.com/u2takey/ffmpeg-go v0.5.0 // indirect
	github.com/u2takey/go-utils v0.3.1 // indirect
)
