package io.sommelier.mailbox.artemis;

import io.sommelier.api.Target;

/**
 * The names of queues. A mailbox is {@code sommelier.command.<target>}, or {@code sommelier.command.<target>.<instance>}. In both parts a dot is written {@code ~d} and a
 * colon {@code ~c}, since names may contain both, a dot parts the words of an address, and two colons would name a queue beside its address. The tilde is in no name, so
 * no two mailboxes have the same queue. Stateless.
 */
final class QueueNames {
    /** Where messages go that are no commands. */
    static final String DEAD = "sommelier.dead";

    /** What the queues of all mailboxes begin with. */
    static final String PREFIX = "sommelier.command.";

    private static final String CONTROLLER = "sommelier.controller.";
    private static final String MARK = "sommelier.ending.";

    private QueueNames() {}

    /** The queue, and the address, of a mailbox. */
    static String of(Target address) {
        StringBuilder name = new StringBuilder(PREFIX.length()
                + address.targetId().length()
                + address.instance().length()
                + 8);
        name.append(PREFIX);
        escape(address.targetId(), name);
        if (address.namesInstance()) {
            name.append('.');
            escape(address.instance(), name);
        }
        return name.toString();
    }

    /** Whether it is the mailbox of an instance: dots in names are escaped. */
    static boolean isOfInstance(String queue) {
        return queue.startsWith(PREFIX) && queue.indexOf('.', PREFIX.length()) > 0;
    }

    /** The queue, and the address, of what other controllers tell one. */
    static String ofController(String controllerId) {
        StringBuilder name = new StringBuilder(CONTROLLER);
        escape(controllerId, name);
        return name.toString();
    }

    /** The queue, and the address, that says that a mailbox is about to be removed. */
    static String markOf(String mailbox) {
        return MARK + mailbox.substring(PREFIX.length());
    }

    private static void escape(String part, StringBuilder to) {
        for (int i = 0; i < part.length(); i++) {
            char c = part.charAt(i);
            switch (c) {
                case '.' -> to.append("~d");
                case ':' -> to.append("~c");
                default -> to.append(c);
            }
        }
    }
}
