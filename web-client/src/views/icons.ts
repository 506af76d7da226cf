/** The icons in use, of one set (Lucide). Each stands beside words, or in a control that has an accessible name. */
export {
  Archive, ArrowLeft, Pencil, ArrowUp, BookOpen, AppWindow, CalendarDays, CalendarPlus, Trash2, CircleQuestionMark, ListOrdered, MapPin, Play, Phone, PhoneCall, FlaskConical, ArrowDown, AudioLines, Check, ChevronDown, ChevronLeft, ChevronRight, CircleAlert, CirclePause, CircleStop, CircleX, Disc, Copy, DoorOpen, Ellipsis, Globe, Hand, Headphones, Info,
  Keyboard, Languages, LayoutGrid, Link, LogOut, Maximize, MessageSquare, Mic, MicOff, Minimize, MonitorOff, MonitorUp, Pin, Plus, Power, RefreshCw, Search,
  SendHorizontal, Settings2, SquareUser, SunMoon, Turtle, Captions, Clock, Columns2, Download, FileText, Gauge, History, Paperclip, Pause, Presentation, RotateCcw, RotateCw, UserRound, VolumeOff, UserX, Users, Unlink, Video, VideoOff, Volume2, WifiOff, X,
} from "lucide-preact";
export type { LucideIcon as Icon } from "lucide-preact";
