package io.sommelier.transport.embedded.internal;

import io.sommelier.api.CommandHandler;
import io.sommelier.transport.embedded.EmbeddedMember;
import io.sommelier.transport.embedded.EmbeddedTransport;
import io.sommelier.transport.embedded.MemberSpec;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/**
 * Makes members of handlers that come and go: the handlers of one owner for one target are one member, which is there as long as it has an operation. Thread-safe; the lock
 * is held while a member is told of its operations, never while one drains.
 */
final class Whiteboard {
    private final EmbeddedTransport transport;
    private final Supplier<EmbeddedSettings> settings;

    // Under the lock.
    private final Map<Object, Place> places = new LinkedHashMap<>();
    private final Map<Seat, Table> tables = new HashMap<>();
    private long nextNumber = 1;

    Whiteboard(EmbeddedTransport transport, Supplier<EmbeddedSettings> settings) {
        this.transport = transport;
        this.settings = settings;
    }

    private record Seat(Object owner, String target) {}

    private record Place(Seat seat, String ownerName, HandlerOffer offer) {}

    private record Table(EmbeddedMember member, Map<String, HandlerOffer> served) {}

    /**
     * Takes a handler, or one that is there with other properties.
     *
     * @param key tells handlers apart
     * @param owner whose it is: the handlers of an owner are one member of their target
     * @param ownerName the owner in an instance id
     */
    void put(Object key, Object owner, String ownerName, HandlerOffer offer) {
        CompletionStage<Void> drained = CompletableFuture.completedStage(null);
        synchronized (this) {
            Place place = new Place(new Seat(owner, offer.target()), ownerName, offer);
            Place before = places.put(key, place);
            lay(place.seat, ownerName);
            if (before != null && !before.seat.equals(place.seat)) {
                drained = lay(before.seat, ownerName);
            }
        }
        drained.exceptionally(failure -> null); // nobody waits: the handler is still there
    }

    /**
     * Gives a handler up, which is expected to be replaced: new commands wait for that. Completes when the commands that it had have ended, and so has its member, if this was its last handler.
     */
    CompletionStage<Void> remove(Object key) {
        synchronized (this) {
            Place before = places.remove(key);
            return before == null
                    ? CompletableFuture.completedStage(null)
                    : lay(before.seat, before.ownerName, before.offer);
        }
    }

    /**
     * Gives all handlers of an owner up at once: given up one by one, those that go first would be missed while the others still make a member. Completes when the members
     * have ended, with the commands that they had.
     */
    CompletionStage<Void> removeAllOf(Object owner) {
        synchronized (this) {
            List<Place> gone = places.values().stream()
                    .filter(place -> place.seat.owner.equals(owner))
                    .toList();
            places.values().removeAll(gone);
            return CompletableFuture.allOf(gone.stream()
                    .map(place -> lay(place.seat, place.ownerName).toCompletableFuture())
                    .toArray(CompletableFuture[]::new));
        }
    }

    private CompletionStage<Void> lay(Seat seat, String ownerName) {
        return lay(seat, ownerName, null);
    }

    /**
     * Has the member of a seat serve what is offered for it now.
     *
     * @param gone may not be used after this; {@code null} for none
     */
    private CompletionStage<Void> lay(Seat seat, String ownerName, HandlerOffer gone) {
        Map<String, HandlerOffer> wanted = wanted(seat);
        Table table = tables.get(seat);
        if (wanted.isEmpty()) {
            tables.remove(seat);
            return table == null
                    ? CompletableFuture.completedStage(null)
                    : table.member.close(settings.get().drainLimit());
        }
        if (table == null) {
            tables.put(seat, new Table(transport.register(spec(seat, ownerName, wanted)), wanted));
            return CompletableFuture.completedStage(null);
        }
        List<CompletionStage<Void>> drained = new ArrayList<>();
        wanted.forEach((operation, offer) -> {
            HandlerOffer before = table.served.get(operation);
            if (before != null && before == gone) {
                drained.add(replace(table.member, operation, offer));
            } else if (before != offer) {
                add(table.member, operation, offer);
            }
        });
        table.served.forEach((operation, before) -> {
            if (wanted.containsKey(operation)) {
                return;
            }
            if (before == gone) {
                drained.add(table.member.suspend(operation, settings.get().drainLimit()));
            } else {
                table.member.remove(operation);
            }
        });
        tables.put(seat, new Table(table.member, wanted));
        return CompletableFuture.allOf(
                drained.stream().map(CompletionStage::toCompletableFuture).toArray(CompletableFuture[]::new));
    }

    private CompletionStage<Void> replace(EmbeddedMember member, String operation, HandlerOffer offer) {
        return offer.isDirect()
                ? member.replaceDirect(
                        operation, offer.handler(), settings.get().drainLimit())
                : member.replace(operation, offer.handler(), settings.get().drainLimit());
    }

    private Map<String, HandlerOffer> wanted(Seat seat) {
        Map<String, HandlerOffer> wanted = new LinkedHashMap<>();
        for (Place place : places.values()) {
            if (place.seat.equals(seat)) {
                for (String operation : place.offer.operations()) {
                    wanted.merge(operation, place.offer, (one, other) -> other.ranking() > one.ranking() ? other : one);
                }
            }
        }
        return wanted;
    }

    private static void add(EmbeddedMember member, String operation, HandlerOffer offer) {
        CommandHandler handler = offer.handler();
        if (offer.isDirect()) {
            member.addDirect(operation, handler);
        } else {
            member.add(operation, handler);
        }
    }

    /** The number in the id: a member that comes while the one before it still drains must not be taken for it. */
    private MemberSpec spec(Seat seat, String ownerName, Map<String, HandlerOffer> wanted) {
        EmbeddedSettings now = settings.get();
        String instance = Instances.name(now.node(), ownerName, String.valueOf(nextNumber++));
        MemberSpec.Builder spec = MemberSpec.of(instance, seat.target)
                .capacity(now.capacity())
                .executor(now.handlerThreads(), now.handlerQueue());
        wanted.forEach((operation, offer) -> {
            if (offer.isDirect()) {
                spec.direct(operation, offer.handler());
            } else {
                spec.operation(operation, offer.handler());
            }
        });
        return spec.build();
    }
}
