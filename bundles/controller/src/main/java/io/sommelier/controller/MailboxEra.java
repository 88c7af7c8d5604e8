package io.sommelier.controller;

/** A mailbox, as the holder of a command that waits in it, while the line to other controllers is as it is; a new one each time the line comes or goes. Immutable. */
final class MailboxEra implements Holder {
    @Override
    public void credit(Pending entry, long bytes) {
        // is kept by the entry
    }

    @Override
    public void cancel(Pending entry, String reason) {
        // there is no way to take a command out
    }

    @Override
    public void release() {
        // takes no place
    }

    @Override
    public String toString() {
        return "a mailbox";
    }
}
