package io.sommelier.testkit;

import io.sommelier.api.Command;
import io.sommelier.api.Goodbye;
import io.sommelier.api.Hello;
import io.sommelier.api.Welcome;
import io.sommelier.spi.Channel;
import io.sommelier.spi.ChannelAcceptor;
import io.sommelier.spi.HelloRefusedException;
import io.sommelier.spi.Incoming;
import io.sommelier.spi.Peer;
import io.sommelier.spi.ReplyPath;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;

/** A controller that takes every connector in, or refuses them as the test says, and keeps what they say. Thread-safe. */
public final class FakeAcceptor implements ChannelAcceptor {
    private final List<Session> sessions = new CopyOnWriteArrayList<>();
    private volatile Goodbye refusal;

    /** Has it refuse every hello from now on; {@code null} to take them again. */
    public void refuseWith(Goodbye goodbye) {
        refusal = goodbye;
    }

    @Override
    public String controllerId() {
        return "fake-controller";
    }

    @Override
    public CompletionStage<Peer> hello(Channel channel, Hello hello) {
        Goodbye present = refusal;
        if (present != null) {
            return CompletableFuture.failedStage(new HelloRefusedException(present));
        }
        Session session = new Session(channel, hello);
        sessions.add(session);
        return CompletableFuture.completedStage(session);
    }

    /** Those that were taken in, in order. */
    public List<Session> sessions() {
        return List.copyOf(sessions);
    }

    /** The one that was taken in last. */
    public Session last() {
        return sessions.get(sessions.size() - 1);
    }

    /** A command that a connector sent. */
    public static final class Received implements Incoming {
        private final Command command;
        private final ReplyPath replyPath;
        private long creditBytes;
        private String cancelReason;
        private String goneReason;

        private Received(Command command, long initialCredit, ReplyPath replyPath) {
            this.command = command;
            this.creditBytes = initialCredit;
            this.replyPath = replyPath;
        }

        /** The command. */
        public Command command() {
            return command;
        }

        /** Where the test answers. */
        public ReplyPath replyPath() {
            return replyPath;
        }

        @Override
        public synchronized void credit(long bytes) {
            creditBytes += bytes;
        }

        @Override
        public synchronized void cancel(String reason) {
            cancelReason = reason;
        }

        @Override
        public synchronized void callerGone(String reason) {
            goneReason = reason;
        }

        /** Why its caller is gone; empty while it is not, as far as is known. */
        public synchronized Optional<String> goneReason() {
            return Optional.ofNullable(goneReason);
        }

        /** The credit that came, the initial one included. */
        public synchronized long creditBytes() {
            return creditBytes;
        }

        /** Why it was given up; empty when it was not. */
        public synchronized Optional<String> cancelReason() {
            return Optional.ofNullable(cancelReason);
        }
    }

    /** The side of the controller of one channel. */
    public static final class Session implements Peer {
        private final Channel channel;
        private final Hello hello;
        private final List<Received> received = new CopyOnWriteArrayList<>();
        private volatile Set<String> operations;
        private volatile boolean isDraining;
        private volatile Goodbye goodbye;

        private Session(Channel channel, Hello hello) {
            this.channel = channel;
            this.hello = hello;
            this.operations = hello.operations();
        }

        /** The channel, to offer commands to. */
        public Channel channel() {
            return channel;
        }

        /** The hello. */
        public Hello hello() {
            return hello;
        }

        /** What the connector sent. */
        public List<Received> received() {
            return List.copyOf(received);
        }

        /** What the connector serves now. */
        public Set<String> operations() {
            return operations;
        }

        /** Whether the connector takes nothing new. */
        public boolean isDraining() {
            return isDraining;
        }

        /** Why the channel is gone; empty while it is there. */
        public Optional<Goodbye> goodbye() {
            return Optional.ofNullable(goodbye);
        }

        @Override
        public Welcome welcome() {
            return new Welcome("fake-controller", hello.targetId(), "token-of-" + hello.instance());
        }

        @Override
        public Incoming command(Command command, long initialCredit, ReplyPath replyPath) {
            Received incoming = new Received(command, initialCredit, replyPath);
            received.add(incoming);
            return incoming;
        }

        @Override
        public void operations(Set<String> changed) {
            operations = Set.copyOf(changed);
        }

        @Override
        public void draining() {
            isDraining = true;
        }

        @Override
        public void closed(Goodbye why) {
            goodbye = why;
        }
    }
}
