package io.sommelier.testkit;

import io.sommelier.api.Command;
import io.sommelier.api.Goodbye;
import io.sommelier.api.Hello;
import io.sommelier.api.Welcome;
import io.sommelier.spi.Channel;
import io.sommelier.spi.ChannelAcceptor;
import io.sommelier.spi.Incoming;
import io.sommelier.spi.Peer;
import io.sommelier.spi.ReplyPath;
import io.sommelier.spi.Transport;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** A transport that remembers what it told the controller of each connector: its hellos, and how its channels ended. Thread-safe. */
public final class WatchedTransport implements Transport {
    private final Transport watched;
    private final Map<String, List<Hello>> hellos = new ConcurrentHashMap<>();
    private final Map<String, List<Goodbye>> ends = new ConcurrentHashMap<>();

    /** Watches that one. */
    public WatchedTransport(Transport watched) {
        this.watched = watched;
    }

    /** What the connector said each time that it came, in order. */
    public List<Hello> hellos(String instance) {
        return List.copyOf(hellos.getOrDefault(instance, List.of()));
    }

    /** How the channels of the connector ended that the controller had taken in, in order. */
    public List<Goodbye> ends(String instance) {
        return List.copyOf(ends.getOrDefault(instance, List.of()));
    }

    private static <T> void add(Map<String, List<T>> lists, String instance, T value) {
        lists.computeIfAbsent(instance, id -> new CopyOnWriteArrayList<>()).add(value);
    }

    @Override
    public String name() {
        return watched.name();
    }

    @Override
    public CompletionStage<Void> start(ChannelAcceptor acceptor) {
        return watched.start(new ChannelAcceptor() {
            @Override
            public String controllerId() {
                return acceptor.controllerId();
            }

            @Override
            public CompletionStage<Peer> hello(Channel channel, Hello hello) {
                add(hellos, hello.instance(), hello);
                return acceptor.hello(channel, hello).thenApply(peer -> new WatchedPeer(hello.instance(), peer));
            }
        });
    }

    @Override
    public CompletionStage<Void> stop(Duration drainLimit) {
        return watched.stop(drainLimit);
    }

    private final class WatchedPeer implements Peer {
        private final String instance;
        private final Peer peer;

        WatchedPeer(String instance, Peer peer) {
            this.instance = instance;
            this.peer = peer;
        }

        @Override
        public Welcome welcome() {
            return peer.welcome();
        }

        @Override
        public Incoming command(Command command, long initialCredit, ReplyPath replyPath) {
            return peer.command(command, initialCredit, replyPath);
        }

        @Override
        public void operations(Set<String> operations) {
            peer.operations(operations);
        }

        @Override
        public void operations(Set<String> operations, Set<String> replaced) {
            peer.operations(operations, replaced);
        }

        @Override
        public void draining() {
            peer.draining();
        }

        @Override
        public void closed(Goodbye goodbye) {
            add(ends, instance, goodbye);
            peer.closed(goodbye);
        }
    }
}
