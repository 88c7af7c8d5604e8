package io.sommelier.testkit;

import io.sommelier.api.CommandSender;
import io.sommelier.api.Stage;
import io.sommelier.api.admin.ControllerAdmin;
import io.sommelier.spi.Mailbox;

/** A controller with one transport, as a contract test sees it. Made for one test. Thread-safe. */
public interface World extends AutoCloseable {
    /** A connector that only sends, over the transport under test; the same one each time. */
    CommandSender caller();

    /** A connector of its own that only sends, and whose channel {@link #cutSender} ends. */
    CommandSender sender(String instance);

    /** Ends the channel of a {@link #sender} as if its process had died: without a word. */
    void cutSender(String instance);

    /** Has commands wait in that mailbox from now on. */
    void mailbox(Mailbox mailbox);

    /** The instance id of {@link #caller}. */
    String callerInstance();

    /**
     * Brings a member to the controller over the transport under test, and waits until it is taken in, or refused.
     *
     * @throws io.sommelier.spi.HelloRefusedException when the controller refuses it; it does not try again
     */
    WorldMember member(MemberPlan plan);

    /** Sets a member to the way to the controller; comes back by itself for as long as it may, and waits for nothing. */
    WorldMember connect(MemberPlan plan);

    /** The transport under test, as the controller has it: who said hello there, and how channels ended. */
    WatchedTransport transport();

    /** What an operator sees. */
    ControllerAdmin admin();

    /**
     * Where the controller sees a command that waits for a thread of its member: {@link Stage#REPLY_WAIT} where it has left the controller then, {@link Stage#SEND_QUEUE} where
     * the transport claims it only when a thread takes it.
     */
    default Stage stageInMemberQueue() {
        return Stage.REPLY_WAIT;
    }

    /** Whether the transport refuses messages above {@link WorldSettings#maxMessageBytes}; one that does not passes them whole. */
    default boolean limitsMessages() {
        return true;
    }

    /**
     * Tests of volume move one of so many parts of what they move over other transports, a gigabyte or so; 1 to 4, which is still more than their heap. Above 1 for those that
     * encrypt or encode what another moves whole: it is their processors that would be tested.
     */
    default int volumeDivisor() {
        return 1;
    }

    /** Ends all of it. */
    @Override
    void close();
}
