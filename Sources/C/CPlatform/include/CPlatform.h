#pragma once

// The C of substance: what the system offers and Swift's Glibc module does not carry.

#include "CPlatformCRC32C.h"
#include "CPlatformEpoll.h"
#include "CPlatformFile.h"
#include "CPlatformMemory.h"
#include "CPlatformProcess.h"
#include "CPlatformThread.h"
