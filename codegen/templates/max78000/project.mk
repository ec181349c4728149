# Settings for the SDK's Makefile, which build.sh puts beside this file.
PROJECT = firmware
VPATH += . board ../network
IPATH += . ../network
