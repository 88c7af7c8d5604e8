package io.sommelier.controller;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/** Services in the order of their ranking, and among equals of their age. Thread-safe. */
final class Ranking<S> {
    private static final Comparator<Place<?>> ORDER =
            Comparator.<Place<?>>comparingInt(Place::ranking).reversed().thenComparingLong(Place::serviceId);

    private volatile List<Place<S>> places = List.of();

    private record Place<S>(int ranking, long serviceId, S service) {}

    /** Adds a service with the properties {@code service.ranking} and {@code service.id}; gives all. */
    synchronized List<S> add(S service, Map<String, ?> properties) {
        List<Place<S>> changed = new ArrayList<>(places);
        int ranking = properties.get("service.ranking") instanceof Integer number ? number : 0;
        long id = properties.get("service.id") instanceof Long number ? number : 0;
        changed.add(new Place<>(ranking, id, service));
        changed.sort(ORDER);
        places = List.copyOf(changed);
        return all();
    }

    /** Takes a service out; gives those that are left. */
    synchronized List<S> remove(S service) {
        places = places.stream().filter(place -> place.service() != service).toList();
        return all();
    }

    /** All, the highest first. */
    List<S> all() {
        return places.stream().map(Place::service).toList();
    }
}
