package io.sommelier.transport.tcp;

import io.sommelier.api.Command;
import io.sommelier.api.Goodbye;
import io.sommelier.api.Hello;
import io.sommelier.api.Welcome;
import io.sommelier.spi.Channel;
import io.sommelier.spi.ChannelAcceptor;
import io.sommelier.spi.Incoming;
import io.sommelier.spi.Peer;
import io.sommelier.spi.ReplyPath;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;

/** An acceptor that keeps what a transport tells, and answers a hello when the test says so. Thread-safe. */
final class FakeController implements ChannelAcceptor {
    /** A command that came over a channel. */
    record Submitted(Command command, long initialCredit, ReplyPath replyPath) {}

    final BlockingQueue<Asked> hellos = new LinkedBlockingQueue<>();

    @Override
    public String controllerId() {
        return "node-1";
    }

    @Override
    public CompletionStage<Peer> hello(Channel channel, Hello hello) {
        Asked asked = new Asked(channel, hello);
        hellos.add(asked);
        return asked.answer;
    }

    /** One channel: what it said, and what is said to it. */
    static final class Asked implements Peer {
        final Channel channel;
        final Hello hello;
        final CompletableFuture<Peer> answer = new CompletableFuture<>();
        final BlockingQueue<Submitted> commands = new LinkedBlockingQueue<>();
        final BlockingQueue<Long> credits = new LinkedBlockingQueue<>();
        final BlockingQueue<String> cancels = new LinkedBlockingQueue<>();
        final BlockingQueue<String> departures = new LinkedBlockingQueue<>();
        final BlockingQueue<Goodbye> ends = new LinkedBlockingQueue<>();
        final BlockingQueue<Set<String>> operations = new LinkedBlockingQueue<>();
        final BlockingQueue<String> drains = new LinkedBlockingQueue<>();

        Asked(Channel channel, Hello hello) {
            this.channel = channel;
            this.hello = hello;
        }

        /** Takes the connector in. */
        Asked accept() {
            answer.complete(this);
            return this;
        }

        @Override
        public Welcome welcome() {
            return new Welcome("node-1", hello.targetId(), "token");
        }

        @Override
        public Incoming command(Command command, long initialCredit, ReplyPath replyPath) {
            commands.add(new Submitted(command, initialCredit, replyPath));
            return new Incoming() {
                @Override
                public void credit(long bytes) {
                    credits.add(bytes);
                }

                @Override
                public void cancel(String reason) {
                    cancels.add(reason);
                }

                @Override
                public void callerGone(String reason) {
                    departures.add(reason);
                }
            };
        }

        @Override
        public void operations(Set<String> now) {
            operations.add(now);
        }

        @Override
        public void draining() {
            drains.add("draining");
        }

        @Override
        public void closed(Goodbye goodbye) {
            ends.add(goodbye);
        }
    }
}
