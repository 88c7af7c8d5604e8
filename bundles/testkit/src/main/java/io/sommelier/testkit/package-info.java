/** Fakes of what extensions implement, steered by hand, and contracts: the tests that every implementation of a kind passes. */
@Export
@Version("1.4.0")
package io.sommelier.testkit;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
