/** Views and actions for operators: what the shell, HTTP and the console show and do. */
@Export
@Version("1.4.0")
package io.sommelier.api.admin;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
