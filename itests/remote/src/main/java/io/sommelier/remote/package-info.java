/** Programs for the shell of a Karaf that runs elsewhere: one makes a key, one runs a line. */
package io.sommelier.remote;
