#pragma once

// The only C of substance: what the system offers and Swift's Glibc module does not carry.

#include "CPlatformProcess.h"
#include "CPlatformThread.h"
