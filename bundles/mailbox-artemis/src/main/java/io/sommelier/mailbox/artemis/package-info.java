/** Mailboxes as queues of an Artemis broker. */
@Export
@Version("1.0.0")
package io.sommelier.mailbox.artemis;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
