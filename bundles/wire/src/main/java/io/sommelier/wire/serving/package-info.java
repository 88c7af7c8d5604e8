/**
 * From a command to its handler and back, over whatever transport: the executor and the execution for an end that handles commands, and the call for an end that
 * sends them.
 */
@Export
@Version("1.0.0")
package io.sommelier.wire.serving;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
