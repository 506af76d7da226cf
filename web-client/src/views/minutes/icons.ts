/** The icons of the minutes' editor, of the same set as the others. */
export { ArrowDown, ArrowUp, Check, CircleAlert, Download, Eye, History, Languages, Pencil, Plus, Save, Send, Trash2, Undo2, X } from "lucide-preact";
