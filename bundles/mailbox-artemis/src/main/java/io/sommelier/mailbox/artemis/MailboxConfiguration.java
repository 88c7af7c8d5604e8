package io.sommelier.mailbox.artemis;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** The settings as the metatype shows them. {@link MailboxComponent} reads them. */
@ObjectClassDefinition(name = "Sommelier mailboxes")
@interface MailboxConfiguration {
    @AttributeDefinition(description = "commands on their way to the broker at once, 1 to 1000000")
    int maxPuts() default 4096;

    @AttributeDefinition(description = "bytes of payload and headers on their way, 65536 to 2^34")
    long maxPutBytes() default 64L << 20;

    @AttributeDefinition(description = "time the broker has to confirm a command, 100ms to 10m")
    String putLimit() default "10s";

    @AttributeDefinition(description = "time between two measurements of the broker's clock, 100ms to 1h")
    String clockPeriod() default "10s";

    @AttributeDefinition(description = "wait before the broker is tried again first, 10ms to 1h")
    String retryFirst() default "100ms";

    @AttributeDefinition(description = "what that wait grows to, retryFirst to 1h")
    String retryMost() default "5s";

    @AttributeDefinition(description = "notes on their way to other controllers at once, 1024 to 10000000")
    int maxNotes() default 65536;

    @AttributeDefinition(description = "bytes of payload and headers in them, 65536 to 2^34")
    long maxNoteBytes() default 64L << 20;

    @AttributeDefinition(description = "time another controller may be away before it counts as gone, 100ms to 10m")
    String goneAfter() default "1s";

    @AttributeDefinition(
            description =
                    "time nothing may come for an instance before its mailbox is removed, 1s to 720h, 0s for ever")
    String removeIdleAfter() default "10m";
}
