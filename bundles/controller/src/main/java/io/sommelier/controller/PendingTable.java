package io.sommelier.controller;

import io.sommelier.api.CommandId;
import java.util.ArrayList;
import java.util.List;

/** The live commands by principal and id. The entries are its nodes. Thread-safe; its cost does not grow with the number of entries. */
final class PendingTable {
    private static final int STRIPES = 64;

    private final Stripe[] stripes = new Stripe[STRIPES];

    PendingTable() {
        for (int i = 0; i < STRIPES; i++) {
            stripes[i] = new Stripe();
        }
    }

    /** Adds an entry, unless a live one has the same id and principal. */
    boolean add(Pending entry) {
        Stripe stripe = stripeOf(entry.id);
        synchronized (stripe) {
            return stripe.add(entry);
        }
    }

    /** Puts an entry in the place of another of the same id and principal. */
    void replace(Pending old, Pending entry) {
        Stripe stripe = stripeOf(entry.id);
        synchronized (stripe) {
            stripe.remove(old);
            stripe.add(entry);
        }
    }

    /** Takes an entry out, if it is there. */
    void remove(Pending entry) {
        Stripe stripe = stripeOf(entry.id);
        synchronized (stripe) {
            stripe.remove(entry);
        }
    }

    /** The live command of that id and principal, or {@code null}. */
    Pending find(CommandId id, String principal) {
        Stripe stripe = stripeOf(id);
        synchronized (stripe) {
            return stripe.find(id, principal);
        }
    }

    /** The live commands of that id, of whatever principal. */
    List<Pending> find(CommandId id) {
        List<Pending> found = new ArrayList<>(1);
        Stripe stripe = stripeOf(id);
        synchronized (stripe) {
            stripe.addTo(found, id);
        }
        return found;
    }

    /** How many there are, roughly while commands flow. */
    int size() {
        int total = 0;
        for (Stripe stripe : stripes) {
            synchronized (stripe) {
                total += stripe.size;
            }
        }
        return total;
    }

    /** All that are there, roughly while commands flow. */
    List<Pending> all() {
        List<Pending> all = new ArrayList<>();
        for (Stripe stripe : stripes) {
            synchronized (stripe) {
                stripe.addTo(all);
            }
        }
        return all;
    }

    private Stripe stripeOf(CommandId id) {
        return stripes[id.hashCode() >>> 26];
    }

    /** One lock, and the chains under it. */
    private static final class Stripe {
        private Pending[] buckets = new Pending[16];
        private int size;

        Pending find(CommandId id, String principal) {
            Pending entry = buckets[id.hashCode() & buckets.length - 1];
            while (entry != null && !(entry.id.equals(id) && entry.principal.equals(principal))) {
                entry = entry.tableNext;
            }
            return entry;
        }

        boolean add(Pending entry) {
            if (find(entry.id, entry.principal) != null) {
                return false;
            }
            if (size >= buckets.length) {
                grow();
            }
            int bucket = entry.id.hashCode() & buckets.length - 1;
            entry.tableNext = buckets[bucket];
            buckets[bucket] = entry;
            size++;
            return true;
        }

        void remove(Pending wanted) {
            int bucket = wanted.id.hashCode() & buckets.length - 1;
            Pending before = null;
            Pending entry = buckets[bucket];
            while (entry != null && entry != wanted) {
                before = entry;
                entry = entry.tableNext;
            }
            if (entry == null) {
                return;
            }
            if (before == null) {
                buckets[bucket] = entry.tableNext;
            } else {
                before.tableNext = entry.tableNext;
            }
            entry.tableNext = null;
            size--;
        }

        private void grow() {
            Pending[] old = buckets;
            buckets = new Pending[old.length * 2];
            for (Pending head : old) {
                Pending entry = head;
                while (entry != null) {
                    Pending next = entry.tableNext;
                    int bucket = entry.id.hashCode() & buckets.length - 1;
                    entry.tableNext = buckets[bucket];
                    buckets[bucket] = entry;
                    entry = next;
                }
            }
        }

        void addTo(List<Pending> found, CommandId id) {
            for (Pending entry = buckets[id.hashCode() & buckets.length - 1]; entry != null; entry = entry.tableNext) {
                if (entry.id.equals(id)) {
                    found.add(entry);
                }
            }
        }

        void addTo(List<Pending> all) {
            for (Pending head : buckets) {
                for (Pending entry = head; entry != null; entry = entry.tableNext) {
                    all.add(entry);
                }
            }
        }
    }
}
