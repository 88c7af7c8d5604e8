/** Where bundles get their Camel contexts from. */
@Version("1.0.0")
package io.sommelier.runtime.camel;

import org.osgi.annotation.versioning.Version;
