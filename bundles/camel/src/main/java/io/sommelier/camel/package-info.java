/**
 * The Camel component {@code sommelier:target?operation=…}: a producer sends commands, a consumer makes a route serve
 * them. In an OSGi framework {@link io.sommelier.camel.SommelierComponents} makes it; elsewhere its constructor does.
 */
@Export
@Version("1.0.0")
package io.sommelier.camel;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
