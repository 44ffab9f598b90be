"""The page and the playground in German: the tables of :mod:`viz.page.vocabulary`, and phrases by their English.

Names, formulas, ``data`` and ``grad`` stay as they are in Python.
"""

from __future__ import annotations

from typing import Any

__all__ = ["EDITOR", "PHRASES", "TABS", "WORDS"]

TABS = {
    "explain": "Erklären",
    "leaves": "Blätter bewegen",
    "table": "Tabelle",
    "descend": "Abstieg",
    "quiz": "Quiz",
    "matrices": "Matrizen",
}

WORDS: dict[str, Any] = {
    # how many
    "values": ["{n} Wert", "{n} Werte"],
    "flows": ["{n} Fluss", "{n} Flüsse"],
    "matches": ["{n} Treffer", "{n} Treffer"],
    # cards and kinds
    "kinds": {"input": "Eingabe", "parameter": "Param.", "constant": "Konst."},
    "value": "Wert {x}",
    "gradient": "Gradient {x}",
    "noValue": "noch kein Wert",
    "noGradient": "noch kein Gradient",
    "sumOf": "Summe: {flows}",
    # the legend
    "least": "Gradient −{most}",
    "most": "+{most}, logarithmisch, {decades} Zehnerpotenzen",
    # the arithmetic of a step
    "product": "{local} · {upstream}",
    "adds": "{name}.grad += {how}",
    "closed": "0: Das Tor ist zu",
    "open": "Das Tor ist offen, {flow}",
    "equals": "{one} = {other}",
    "grad": "{name}.grad = {x}",
    "soFar": "bisher {total}",
    "step": "Schritt {step} von {last}: {words}",
    "canBeComputed": "Die Operanden sind bekannt, also kann er berechnet werden.",
    "hasArrived": "Alle Flüsse dorthin sind angekommen.",
    "starts": "Hier beginnt der Lauf, mit ∂{name}/∂{name} = 1.",
    "stops": "Kein Fluss kommt hier an, also geht nichts weiter.",
    "stays": "Ein Blatt: Der Gradient bleibt hier.",
    "passesOn": "Weiter fließt: lokale Ableitung · eigener Gradient",
    "hook": "Ein Hook hat diesen Gradienten geändert: {arrived} → {replaced}.",
    "outside": "{operation} ist hier außerhalb des Definitionsbereichs. Erlaubt ist: {domain}.",
    # before the first step
    "backward": "Rückwärtslauf",
    "forward": "Vorwärtslauf",
    "backwardVisits": (
        "Der Rückwärtslauf besucht jeden Wert einmal, von der Wurzel bis zu den Blättern. Jeder gibt seinen Gradienten "
        "an seine Operanden weiter."
    ),
    "forwardComputes": (
        "Die Blätter sind gegeben. Der Vorwärtslauf berechnet jeden Wert, sobald seine Operanden bekannt sind."
    ),
    "stepOn": "Weiter geht es mit der Pfeiltaste nach rechts.",
    # the whole graph
    "each": "{values}, jeder mit seinem Gradienten: wie schnell sich {root} mit ihm ändert.",
    "how": (
        "Die Knöpfe und die Pfeiltasten gehen Schritt für Schritt durch die Läufe. Die Kettenregel eines Werts steht "
        "hier, wenn der Zeiger auf ihm ruht, er angetippt oder mit Tab gewählt ist."
    ),
    "folded": (
        "Dieser Graph ist zu groß für eine Karte je Wert: Das Bild ist gefaltet, die Tabelle und die Schritte zeigen "
        "alle."
    ),
    "unspelled": "Die Kettenregeln stehen hier mit Zahlen und Namen: So viele Formelzeichen füllten die Seite.",
    "rowsLeft": ["{n} weitere Zeile: Such den Wert nach Namen.", "{n} weitere Zeilen: Such Werte nach ihren Namen."],
    "leavesLeft": [
        "{n} weiteres Blatt: Klick auf seine Karte.",
        "{n} weitere Blätter: Klick auf ihre Karten, oder such sie nach Namen.",
    ],
    "theSame": ["Ebenso für {n} weiteren Wert.", "Ebenso für {n} weitere Werte."],
    "largestLeaves": "Blätter mit den größten Gradienten",
    "largestFirst": "{values}, die größten Gradienten zuerst",
    "member": "{name}: {x}",
    # a value
    "exactly": "{x}, genau {all}",
    "root": "Die Wurzel: Ihr Gradient ist 1",
    "flowsIn": "{flows} hierher",
    "unreached": "Kein Fluss kommt hier an",
    "through": "durch {name}: {product} = {flow}",
    "chainRule": "Kettenregel",
    "where": "wobei ",
    # the table
    "columns": ["Name", "Art", "Wert", "Gradient"],
    # the leaves
    "slider": "{name}, Regler",
    "leafGradient": "grad {x}",
    "reset": "Alle Blätter zurücksetzen",
    "moveLeaves": (
        "Bewege ein Blatt und sieh den Werten und Gradienten zu. Ein if, das Python beim Aufbau des Graphen "
        "entschieden hat, bleibt entschieden."
    ),
    "takenBack": "{name} = {x} wurde zurückgenommen: Eine Operation scheiterte mit {error}.",
    "outsideAt": "{name}: {operation}({operands}) ist außerhalb des Definitionsbereichs. Erlaubt ist: {domain}.",
    "more": ["Und {n} weiterer Wert.", "Und {n} weitere Werte."],
    # descend
    "descendAbout": "Jeder Schritt bewegt jeden Parameter um −Rate · Gradient, und {root} wird neu berechnet.",
    "inputsDescend": "Es gibt keine Parameter, also bewegt jeder Schritt jedes Blatt um −Rate · Gradient.",
    "nothingLearns": "In diesem Graphen lässt sich kein Blatt bewegen.",
    "rate": "Rate",
    "descendStep": "Schritt",
    "run": "Los",
    "toStart": "Zum Anfang",
    "steps": "Schritte bisher",
    "descendAt": "{root} = {x} nach {step} von {last}",
    "curve": "Die Wurzel über den Schritten, von {from} bis {to}",
    "noDescent": "Der Gradient von {name} ist {x}, also wurde kein Parameter bewegt.",
    "tooFar": (
        "Ein Schritt bringt {name} von {from} nach {to}, also wurde kein Parameter bewegt: Nimm eine kleinere Rate."
    ),
    "plane": "{output} über {one} und {other}",
    "planeAbout": (
        "{output} für jedes {one} (waagrecht) und {other} (senkrecht): orange über {middle}, violett darunter. Kreise "
        "sind die Beispiele."
    ),
    # the quiz
    "quizAbout": (
        "Berechne die leeren Gradienten, von der Wurzel aus rückwärts: Zahlen wie 6, -1.5 oder 3/4. Ein Klick auf eine "
        "Karte wählt sie."
    ),
    "answer": "Antwort",
    "answerOf": "Der Gradient von {name}",
    "check": "Prüfen",
    "hint": "Hinweis",
    "solution": "Lösung",
    "nextQuestion": "Weiter",
    "again": "Von vorn",
    "saveScore": "Ergebnis speichern",
    "right": "Richtig: {name}.grad = {x}.",
    "notRight": "Nicht richtig. Der Hinweis zeigt die Kettenregel an dieser Stelle.",
    "notANumber": "„{typed}“ ist keine Zahl: Schreib eine wie 6, -1.5 oder 3/4.",
    "allAnswered": "Nach jedem Gradienten wurde gefragt.",
    "score": "{right} von {done} richtig; {all} insgesamt",
    # the matrices
    "layer": "Welche Schicht",
    "columnVectors": "Beispiele als Spalten",
    "matricesAbout": (
        "Zeig auf einen Eintrag: Sein Wert leuchtet im Graphen auf, und ebenso die Einträge, aus denen er entsteht."
    ),
    "entry": "{name} = {x}",
    "gradientEntry": "Gradient von {name}: {x}",
    "rowRule": "Beispiele sind Zeilen: {z} = a[{before}] W[{layer}] + b[{layer}], und W hat eine Zeile je Eingang.",
    "columnRule": "Beispiele sind Spalten: {z} = W[{layer}] a[{before}] + b[{layer}], und W hat eine Zeile je Neuron.",
    # the buttons
    "play": "Abspielen",
    "pause": "Anhalten",
    "times": "{speed}×",
    "speed": "Tempo: {speed}-fach",
    "stepOf": "Schritt {step} von {last}",
    "theme": "Farben: {theme}",
    "themes": {"auto": "wie das System", "light": "hell", "dark": "dunkel"},
}

EDITOR = {
    "stopped": (
        "Der Spielplatz wurde beendet. Seine Adresse behält das Programm: Starte python -m viz play noch einmal, und "
        "hänge an die neue Adresse an, was hinter # steht."
    ),
    "notLoaded": "Die Seite konnte nicht geladen werden: Ändere das Programm.",
    "large": "Ein großes Programm: Sein Bild braucht ein paar Sekunden.",
    "line": "Zeile {n}: ",
    "playground": "Spielplatz",
    "graph": "Der Graph",
    "stepByStep": "{root}, Schritt für Schritt",
    "copied": "Link kopiert",
    "copyByHand": "Kopiere die Adresse aus der Adresszeile",
    "saved": "Gespeichert als {name}.html",
}

PHRASES = {
    # the page
    "{root}, step by step": "{root}, Schritt für Schritt",
    "Skip the picture": "Das Bild überspringen",
    "Which pass": "Welcher Lauf",
    "Forward": "Vorwärts",
    "Backward": "Rückwärts",
    "Steps": "Schritte",
    "First step": "Erster Schritt",
    "First step (Home)": "Erster Schritt (Pos1)",
    "Step back": "Ein Schritt zurück",
    "Step back (left arrow)": "Ein Schritt zurück (Pfeil nach links)",
    "Play": "Abspielen",
    "Play (Space)": "Abspielen (Leertaste)",
    "Speed: 1 times": "Tempo: 1-fach",
    "Speed of playing": "Tempo beim Abspielen",
    "More controls": "Mehr Knöpfe",
    "Smaller (−, Ctrl and wheel)": "Kleiner (−, Strg und Mausrad)",
    "Fit the window (0)": "Ins Fenster einpassen (0)",
    "Larger (+, Ctrl and wheel)": "Größer (+, Strg und Mausrad)",
    "Step on": "Ein Schritt weiter",
    "Step on (right arrow)": "Ein Schritt weiter (Pfeil nach rechts)",
    "Last step": "Letzter Schritt",
    "Last step (End)": "Letzter Schritt (Ende)",
    "Step": "Schritt",
    "Level of detail": "Wie genau",
    "Find a value": "Wert suchen",
    "Find a value by its name": "Einen Wert nach seinem Namen suchen",
    "View": "Ansicht",
    "Smaller": "Kleiner",
    "Fit the window": "Ins Fenster einpassen",
    "Larger": "Größer",
    "Light or dark": "Hell oder dunkel",
    "The graph": "Der Graph",
    "Explanation": "Erklärung",
    "What the panel shows": "Was die Tafel zeigt",
    "This page needs its script, which is part of it. The picture above shows every gradient.": (
        "Diese Seite braucht ihr Skript, das sie enthält. Das Bild darüber zeigt jeden Gradienten."
    ),
    "The leaves of this page cannot be moved: a hook in Python replaces the gradient of {names}.": (
        "Die Blätter dieser Seite lassen sich nicht bewegen: Ein Hook in Python ersetzt den Gradienten von {names}."
    ),
    "The leaves of this page cannot be moved: {why}": "Die Blätter dieser Seite lassen sich nicht bewegen: {why}",
    # its pictures
    "every value": "alle Werte",
    "neurons": "Neuronen",
    "layers": "Schichten",
    "both ends": "beide Enden",
    "{n} value": "{n} Wert",
    "{n} values": "{n} Werte",
    "{n} value · {k} param": "{n} Wert · {k} Param.",
    "{n} values · {k} param": "{n} Werte · {k} Param.",
    "{n} values · {k} params": "{n} Werte · {k} Param.",
    "{n} output": "{n} Ausgang",
    "{n} outputs": "{n} Ausgänge",
    "{n} edge": "{n} Kante",
    "{n} edges": "{n} Kanten",
    "{n} card shown": "{n} Karte",
    "{n} cards shown": "{n} Karten",
    "folded to neurons": "zu Neuronen gefaltet",
    "folded to layers": "zu Schichten gefaltet",
    "the middle folded": "die Mitte gefaltet",
    "edge: ×local derivative (no number: ×1), and the flow = local × upstream": (
        "Kante: ×lokale Ableitung (keine Zahl: ×1), und der Fluss = lokale Ableitung × Gradient darüber"
    ),
    "edge: ×local derivative, and the flow = local × upstream": (
        "Kante: ×lokale Ableitung, und der Fluss = lokale Ableitung × Gradient darüber"
    ),
    "edge: ×local derivative (no number: ×1)": "Kante: ×lokale Ableitung (keine Zahl: ×1)",
    "edge: ×local derivative": "Kante: ×lokale Ableitung",
    "grey edge: too weak a flow for its numbers": "graue Kante: ein Fluss, der für Zahlen zu schwach ist",
    "too many edges here to print their numbers": "zu viele Kanten, um ihre Zahlen zu zeigen",
    "{n} edge without room for its numbers": "{n} Kante ohne Platz für ihre Zahlen",
    "{n} edges without room for their numbers": "{n} Kanten ohne Platz für ihre Zahlen",
    "Σk: k flows add up, the bar shows their shares": "Σk: k Flüsse addieren sich, der Balken zeigt ihre Anteile",
    # what the nodes hold in Python
    "of {root}": "von {root}",
    "flows": "Flüsse",
    "after hook": "nach Hook",
    "this pass": "jetzt",
    "earlier": "früher",
    "it holds": "enthält",
    "its flows": "Flüsse",
    "none": "keine",
    "In Python the last pass began with {seed}; this page begins with 1.": (
        "In Python begann der letzte Lauf mit {seed}; diese Seite beginnt mit 1."
    ),
    "a hook changed it: {arrived} → {passed}, over all passes since zero_grad()": (
        "ein Hook hat ihn geändert: {arrived} → {passed}, über alle Läufe seit zero_grad()"
    ),
    "a hook changed it: {arrived} → {passed}": "ein Hook hat ihn geändert: {arrived} → {passed}",
    "{held} is from earlier passes": "{held} ist aus früheren Läufen",
    "{held} = {passed} of this pass, and {earlier} from earlier passes": (
        "{held} = {passed} aus diesem Lauf, und {earlier} aus früheren Läufen"
    ),
    "it holds {other}, which is not that of the sum of the roots": (
        "er enthält {other}, nicht den Gradienten der Summe der Wurzeln"
    ),
    "{held} is of another pass, or was set: no flow reaches it": (
        "{held} ist aus einem anderen Lauf oder wurde gesetzt: Kein Fluss kommt hier an"
    ),
    "{held} is of another pass, or was set: its flows give {arrived}": (
        "{held} ist aus einem anderen Lauf oder wurde gesetzt: Die Flüsse ergeben {arrived}"
    ),
    "gradients: of {roots}, the sum of the roots": "Gradienten: von {roots}, der Summe der Wurzeln",
    "the pass began with {seed} at {root}, not with 1": "der Lauf begann mit {seed} bei {root}, nicht mit 1",
    "red: a claimed gradient that is wrong, and the edge where it first went wrong": (
        "rot: ein behaupteter Gradient, der falsch ist, und die Kante, an der der Fehler beginnt"
    ),
    "claimed": "behauptet",
    "earlier: left by earlier passes, or set, until zero_grad()": (
        "früher: von früheren Läufen übrig oder gesetzt, bis zero_grad()"
    ),
    "it holds: its grad, which is not that of the sum": "enthält: sein grad, nicht der Gradient der Summe",
    "after hook: a hook changed what the flows gave": "nach Hook: Ein Hook hat geändert, was die Flüsse ergaben",
    "its flows: the gradient is not their sum, it is of another pass or was set": (
        "Flüsse: Der Gradient ist nicht ihre Summe, er ist aus einem anderen Lauf oder wurde gesetzt"
    ),
    # the slips
    "1 flow reaches": "1 Fluss erreicht",
    "{n} flows reach": "{n} Flüsse erreichen",
    "that is one flow alone, the one through {child}: {n} {node}, and they add up": (
        "Das ist ein einzelner Fluss, der durch {child}: {n} {node}, und sie addieren sich"
    ),
    "the flow through {child}, {flow}, is left out: {n} {node}, and they add up": (
        "Der Fluss durch {child}, {flow}, fehlt: {n} {node}, und sie addieren sich"
    ),
    "the sign is wrong": "Das Vorzeichen ist falsch",
    "{rule}, on the way from {child}": "{rule}, auf dem Weg von {child}",
    "that is a local derivative, of {child}: multiply it by the gradient of {child}": (
        "Das ist eine lokale Ableitung, die von {child}: Multipliziere sie mit dem Gradienten von {child}"
    ),
    "the local derivative of {child} is missing: that is the gradient of {child}, passed on as it is": (
        "Die lokale Ableitung von {child} fehlt: Das ist der Gradient von {child}, unverändert weitergegeben"
    ),
    "{node} itself stands where the local derivative of {child} belongs": (
        "{node} selbst steht, wo die lokale Ableitung von {child} hingehört"
    ),
    "that is the number of {node}, not its gradient": "Das ist die Zahl von {node}, nicht der Gradient",
    "the sign of the flow through {child} is wrong: it is {flow}": (
        "Das Vorzeichen des Flusses durch {child} ist falsch: Er ist {flow}"
    ),
    "the flows are multiplied: {n} {node}, and they add up": (
        "Die Flüsse wurden multipliziert: {n} {node}, und sie addieren sich"
    ),
    "that is twice the gradient: a flow is counted twice, or a factor of 2 is too much": (
        "Das ist das Doppelte des Gradienten: Ein Fluss wurde doppelt gezählt, oder ein Faktor 2 ist zu viel"
    ),
    "that is half of the gradient: a factor of 2 is lost": (
        "Das ist die Hälfte des Gradienten: Ein Faktor 2 ist verloren gegangen"
    ),
    "that is 0, yet {n} {node}": "Das ist 0, doch {n} {node}",
    "σ′ is taken for a(1 + a), where it is a(1 − a)": "σ′ wurde für a(1 + a) gehalten, es ist a(1 − a)",
    "σ′ is taken for z(1 − z): it is a(1 − a), of what came out": (
        "σ′ wurde für z(1 − z) gehalten: Es ist a(1 − a), mit dem Ergebnis a"
    ),
    "σ′ is taken for a, where it is a(1 − a)": "σ′ wurde für a gehalten, es ist a(1 − a)",
    "σ′ is taken for 1 − a, where it is a(1 − a)": "σ′ wurde für 1 − a gehalten, es ist a(1 − a)",
    "tanh′ is taken for 1 − z²: it is 1 − a², of what came out": (
        "tanh′ wurde für 1 − z² gehalten: Es ist 1 − a², mit dem Ergebnis a"
    ),
    "tanh′ is taken for 1 − a, where it is 1 − a²": "tanh′ wurde für 1 − a gehalten, es ist 1 − a²",
    "tanh′ is taken for 1 + a², where it is 1 − a²": "tanh′ wurde für 1 + a² gehalten, es ist 1 − a²",
    "the exponent is not brought down: d xⁿ/dx is n·xⁿ⁻¹": (
        "Der Exponent wurde nicht heruntergezogen: d xⁿ/dx ist n·xⁿ⁻¹"
    ),
    "the exponent is not lowered: d xⁿ/dx is n·xⁿ⁻¹": "Der Exponent wurde nicht verringert: d xⁿ/dx ist n·xⁿ⁻¹",
    "the 2 is not brought down: d x²/dx is 2x": "Die 2 wurde nicht heruntergezogen: d x²/dx ist 2x",
    "exp′ is taken for its exponent, where it is exp itself": (
        "exp′ wurde für den Exponenten gehalten, es ist exp selbst"
    ),
    "log′ is taken for x, where it is 1/x": "log′ wurde für x gehalten, es ist 1/x",
    "log′ is taken for −1/x², where it is 1/x": "log′ wurde für −1/x² gehalten, es ist 1/x",
    "the divisor is not squared: d (x/y)/dy is −x/y²": "Der Nenner wurde nicht quadriert: d (x/y)/dy ist −x/y²",
    "the divisor stands above: d (x/y)/dx is 1/y": "Der Nenner steht oben: d (x/y)/dx ist 1/y",
    "the ½ of the root is lost: d √x/dx is 1/(2√x)": "Das ½ der Wurzel ging verloren: d √x/dx ist 1/(2√x)",
    "the root stands above: d √x/dx is 1/(2√x)": "Die Wurzel steht oben: d √x/dx ist 1/(2√x)",
    "relu′ is taken for what came out, where it is 1 or 0": "relu′ wurde für das Ergebnis gehalten, es ist 1 oder 0",
    # where an operation is defined
    "a finite number and a divisor other than 0": "eine endliche Zahl und ein Nenner ungleich 0",
    "a weight, and a number other than 0, -1, -2, ...": "ein Gewicht, und eine Zahl außer 0, -1, -2, ...",
    "a divisor above 0": "ein Nenner über 0",
    "a whole exponent where the base is negative, and one of 0 or more where the base is 0": (
        "ein ganzer Exponent bei negativer Basis, und einer ab 0 bei der Basis 0"
    ),
    "a whole exponent where the base is negative, and 0, or 1 or more, where the base is 0": (
        "ein ganzer Exponent bei negativer Basis, und 0 oder mindestens 1 bei der Basis 0"
    ),
    "a finite angle": "ein endlicher Winkel",
    "two numbers from 0 with a sum above 0": "zwei Zahlen ab 0 mit einer Summe über 0",
    "a number other than 0, -1, -2, ...": "eine Zahl außer 0, -1, -2, ...",
    "a number other than 0, -1, -2, ... and an order 1, 2, ... 60": (
        "eine Zahl außer 0, -1, -2, ... und eine Ordnung 1, 2, ... 60"
    ),
    "a divisor other than 0": "ein Nenner ungleich 0",
    "a point other than (0, 0)": "ein Punkt außer (0, 0)",
    "any real number": "jede reelle Zahl",
    "a whole number of digits from -22 to 22": "eine ganze Zahl von Stellen, von -22 bis 22",
    "any real number and an order 1, 2, ... 60": "jede reelle Zahl und eine Ordnung 1, 2, ... 60",
    "a lower bound that is not above the upper one": "eine untere Grenze, die nicht über der oberen liegt",
    "a whole index that is there, from -n to n - 1": "ein ganzer Index, den es gibt, von -n bis n - 1",
    "a number other than 0": "eine Zahl ungleich 0",
    # the playground
    "Playground": "Spielplatz",
    "Begin with an example": "Mit einem Beispiel beginnen",
    "Examples": "Beispiele",
    "Copy link": "Link kopieren",
    "The address holds the whole program": "Die Adresse enthält das ganze Programm",
    "Save page": "Seite speichern",
    "The page as one file that needs no server": "Die Seite als eine Datei, die keinen Server braucht",
    "Program": "Programm",
    "What may be written": "Was man schreiben kann",
    "A name a line: ": "Ein Name je Zeile: ",
    ". Numbers, ": ". Zahlen, ",
    ", brackets, functions such as ": ", Klammern, Funktionen wie ",
    " begins a comment. A line ": " beginnt einen Kommentar. Eine Zeile ",
    " makes a leaf that learns. The last line is differentiated.": (
        " macht ein Blatt, das lernt. Abgeleitet wird die letzte Zeile."
    ),
    "Leaves": "Blätter",
    "The playground needs its script.": "Der Spielplatz braucht sein Skript.",
    "A product and a square": "Ein Produkt und ein Quadrat",
    "x*x + x: three flows into x": "x*x + x: drei Flüsse nach x",
    "A neuron": "Ein Neuron",
    "Notes 0: two flows into a1": "Notizen 0: zwei Flüsse nach a1",
    "Notes 1: half the squared error of a 2-3-1 net": "Notizen 1: halber quadratischer Fehler eines 2-3-1-Netzes",
    "Notes 2: any depth, one factor a layer": "Notizen 2: beliebige Tiefe, ein Faktor je Schicht",
    "Notes 3: any activations, cross-entropy": "Notizen 3: beliebige Aktivierungen, Kreuzentropie",
    "Notes 4: the mean over examples": "Notizen 4: der Mittelwert über Beispiele",
    "XOR": "XOR",
}
"""By the English: the texts that Python writes into the page and the playground. What is in braces stays."""
