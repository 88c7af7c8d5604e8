/** From a command to its handler and back: what every end that executes commands needs, over whatever transport they came. */
@Export
@Version("1.0.0")
package io.sommelier.wire.serving;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
